/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of the set 'profiles': what a platform of --for refuses.  They are
 * checked in profile-check.c, each where a profile has something to say about
 * it; the severity is the profile's. */
#include "check/lint.h"

#define ROW(id_, title_, why_, fix_)                                          \
  { .id = id_, .strict = LEVEL_ERROR, .lax = LEVEL_ERROR, .versions = OVF_ALL, \
    .clause = "practice", .title = title_, .why = why_, .fix = fix_,          \
    .where = "the profile of --for" }

const struct rule rules_profiles[] = {
  ROW ("PROFILE-HARDWARE",
       "The platform knows one of the hardware families",
       "vssd:VirtualSystemType names the virtual hardware that the machine "
       "was made for. ESXi and Workstation stop with 'Unsupported hardware "
       "family' at one that they do not know: VirtualBox's 'virtualbox-2.2',"
       " or a vmx-NN newer than the host.",
       "'ovftool repair --for PROFILE' or 'ovftool convert --for PROFILE' "
       "writes a family that it knows"),
  ROW ("PROFILE-VERSION",
       "The platform reads this version of OVF",
       "Most importers read OVF 1.x only; VMware's stop at a 2.x descriptor.",
       "'ovftool convert --for PROFILE' or '--ovf-version 1.1' writes the "
       "version it reads"),
  ROW ("PROFILE-ITEM",
       "There are no StorageItem and EthernetPortItem where OVF 1.x is read",
       "OVF 2 describes disks and network adapters in elements of their own."
       " Importers of OVF 1.x stop with 'Unsupported element' or see a "
       "machine without disks.",
       "'ovftool repair --for PROFILE' writes them as Item"),
  ROW ("PROFILE-BUS",
       "The platform has this kind of disk controller",
       "A controller that the platform does not have stops the import, or is"
       " replaced by one that the guest may have no driver for.",
       "'ovftool repair --for PROFILE' moves the disks to one that it has"),
  ROW ("PROFILE-NIC",
       "The platform has this model of network adapter",
       "An adapter that the platform does not have stops the import, or is "
       "replaced without a word.",
       "'ovftool repair --for PROFILE', or 'ovftool set PACKAGE "
       "nic.N.model=MODEL'"),
  ROW ("PROFILE-SOUND",
       "The platform takes this sound card",
       "ESXi stops at VirtualBox's sound cards: 'No support for the virtual "
       "hardware device type 35'.",
       "'ovftool set PACKAGE --remove sound', or 'ovftool repair --for "
       "PROFILE'"),
  ROW ("PROFILE-FIRMWARE",
       "The platform boots this firmware",
       "A disk made for UEFI does not start with a BIOS, and the other way "
       "round.",
       "choose a platform that has it; the guest's boot loader belongs to "
       "its firmware"),
  ROW ("PROFILE-COMPRESSION",
       "The platform reads compressed files",
       "Files with ovf:compression=\"gzip\" are refused by many importers; "
       "disks are compressed inside anyhow.",
       "'ovftool repair --for PROFILE' stores them plain"),
  ROW ("PROFILE-TAR",
       "The platform reads this kind of tar archive",
       "Importers look for the descriptor in the very first bytes: before a "
       "PAX header they report that there is no .ovf at the beginning.",
       "'ovftool repair PACKAGE -o OUT' writes plain ustar headers"),
  ROW ("PROFILE-DIGEST",
       "The platform knows the manifest's digest",
       "Older vSphere knows SHA-1 only, newer releases refuse it.",
       "'ovftool repair --for PROFILE', or 'ovftool pack --sha ALGORITHM'"),
  ROW ("PROFILE-MACHINES",
       "The platform takes so many machines",
       "Many importers take one machine: they refuse a collection, or "
       "silently use the first one.",
       "'ovftool convert --machine ID' makes a package of each"),
  ROW ("PROFILE-CHUNKS",
       "The platform reads files in chunks",
       "An importer that does not know ovf:chunkSize reports a missing file,"
       " or uses one chunk alone.",
       "'ovftool repair --for PROFILE' joins them"),
  ROW ("PROFILE-DISK",
       "The disks are streamOptimized VMDK",
       "It is the one disk format that every importer of packages reads.",
       "'ovftool convert PACKAGE OUT.ova' writes all disks in it"),
  ROW ("PROFILE-AHCI",
       "A SATA controller is named as VMware names it",
       "VMware's name of the AHCI controller is 'vmware.sata.ahci'; 'AHCI' "
       "is VirtualBox's and is refused: 'No support for the virtual hardware"
       " device type 20'.",
       "'ovftool repair --for PROFILE' renames it"),
  ROW ("PROFILE-USB",
       "The platform takes the USB controller",
       "A USB controller that the platform does not have stops the import.",
       "'ovftool set PACKAGE --remove usb', or 'ovftool repair --for "
       "PROFILE'"),
  ROW ("PROFILE-FLOPPY",
       "The platform takes the floppy drive",
       "A floppy drive that the platform does not have stops the import.",
       "'ovftool set PACKAGE --remove floppy', or 'ovftool repair --for "
       "PROFILE'"),
  ROW ("PROFILE-VBOX",
       "There are no settings of VirtualBox's own",
       "vbox:Machine holds the machine a second time. VirtualBox prefers it,"
       " and what was changed in the Items does not count; other importers "
       "complain.",
       "'ovftool repair --for PROFILE' drops it"),
  ROW ("PROFILE-NVRAM",
       "There is no NVRAM file",
       "The firmware's variables in VMware's own form: other platforms "
       "cannot read it, and some uploads fail because of it.",
       "'ovftool set PACKAGE --remove nvram'"),
  { .id = NULL }
};
