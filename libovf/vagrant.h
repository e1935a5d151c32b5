/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Vagrant boxes: a tar of an image, metadata.json and a Vagrantfile.  The one
 * for VirtualBox is an OVA with two more files (export.c), the one for libvirt
 * has a qcow2 image (export-box.c). */
#ifndef OVF_VAGRANT_H
#define OVF_VAGRANT_H

#include "pipeline.h"

#define VAGRANT_VIRTUALBOX "vagrant-virtualbox"
#define VAGRANT_LIBVIRT "vagrant-libvirt"
#define VAGRANT_METADATA "metadata.json"
#define VAGRANT_FILE "Vagrantfile"

/* Is a box for VirtualBox asked for (*ret)?  It holds one machine. */
bool vagrant_check (const struct appliance *, const struct ovf_options *, bool *ret,
                    struct ovf_error **err);
/* Where the box goes; "-": standard output.  Allocated. */
char *vagrant_path (const struct appliance *, const struct ovf_options *,
                    const char *target);
/* Vagrant talks to the guest through the first adapter, and that must be NAT.
 * True. */
bool vagrant_first_nic (struct appliance *, struct ovf_report *);
/* What stands in the archive behind the disks. */
void vagrant_names (strings *);
bool vagrant_virtualbox (struct package_writer *, const struct machine *,
                         struct ovf_error **err);
bool vagrant_put (struct package_writer *, const char *name, const char *text,
                  struct ovf_error **err);
/* A box for libvirt. */
bool pipeline_write_box (struct source *, const char *target, struct ovf_report *,
                         char **ret_json, struct ovf_error **err);

#endif
