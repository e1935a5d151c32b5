/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help of the VMware-compatible face, and its topics. */
#include <string.h>

#include "compat.h"

#define COLUMN 30 /* where the explanation of an option begins */

static void
print_option (FILE *fp, const struct compat_option *o)
{
  static const char *const forms[] = {
    [COMPAT_FLAG] = "", [COMPAT_VALUE] = "=VALUE",
    [COMPAT_KEYED] = ":KEY=VALUE", [COMPAT_KEY] = ":KEY[=VALUE]"
  };
  int n = o->letter != NULL ? fprintf (fp, "  -%s/--", o->letter)
                            : fprintf (fp, "     --");

  n += fprintf (fp, "%s%s", o->name, forms[o->arg]);
  if (n > COLUMN - 2) {
    fputc ('\n', fp);
    n = 0;
  }
  fprintf (fp, "%*s%s\n", COLUMN - n, "",
           o->use == COMPAT_REFUSED ? o->to : o->help);
}

static void
print_options (struct compat *c)
{
  FILE *fp = c->cli->out;
  int n = 0;

  fputs ("Usage: ovftool [options] <source> [<target>]\n"
         "       ovftool COMMAND ...        (see 'ovftool help')\n\n"
         "Without a target, shows what the source holds.\n\nOptions:\n", fp);
  for (const struct compat_option *o = compat_options; o->name != NULL; o++)
    if (o->help != NULL || o->use == COMPAT_REFUSED)
      print_option (fp, o);
  fputs ("\nAccepted and ignored, as they speak of vSphere:\n", fp);
  for (const struct compat_option *o = compat_options; o->name != NULL; o++) {
    if (o->use != COMPAT_IGNORED)
      continue;
    if (n + (int)strlen (o->name) > 72) {
      fputc ('\n', fp);
      n = 0;
    }
    n += fprintf (fp, "%s--%s", n == 0 ? "  " : " ", o->name);
  }
  fputs ("\n\nMore: --help locators|examples|config|debug|integration, and "
         "ovftool-vmware(1).\n", fp);
}

static const struct {
  const char *name, *text;
} topics[] = {
  { "locators",
    "A source or target is a path:\n"
    "  x.ova          an archive; - is standard input or output\n"
    "  x.ovf          a descriptor, with its files beside it\n"
    "  x.vmx          a virtual machine of VMware, with its disks\n"
    "  folder/        as a target: NAME.ova, or NAME/NAME.ovf, NAME/NAME.vmx\n"
    "Other kinds that 'ovftool formats' lists work as well.  A source may be\n"
    "an http or https URL where 'ovftool info' takes one.  vi:// and vcloud://\n"
    "are refused: govc talks to vSphere.\n" },
  { "examples",
    "Show what is inside:\n"
    "  ovftool appliance.ova\n"
    "A virtual machine to an archive, and back:\n"
    "  ovftool vm.vmx vm.ova\n"
    "  ovftool --acceptAllEulas vm.ova vm.vmx\n"
    "Into a folder, under another name:\n"
    "  ovftool --acceptAllEulas --name=web1 in.ova out/\n"
    "With a property and a network set:\n"
    "  ovftool --prop:hostname=web1 --net:\"VM Network\"=lan in.ova out.ova\n"
    "Check digests and description:\n"
    "  ovftool --verifyOnly in.ova\n" },
  { "config", NULL },
  { "debug",
    "There are no logs: errors say the file, the line and the cause.\n"
    "'ovftool validate SOURCE' lists all that is wrong with a package, and\n"
    "'ovftool verify SOURCE' checks its digests and signature.  --X:logFile,\n"
    "--X:logLevel and their like are accepted and ignored.\n" },
  { "integration",
    "Programs read --machineOutput: blocks of a keyword (PROBE, WARNING, ERROR,\n"
    "RESULT) and lines that begin with '+ '.  The exit status is 0 after\n"
    "'Completed successfully', else 1.  'ovftool info --json SOURCE' has more,\n"
    "in a fixed shape.\n" },
};

bool
compat_asks_help (struct compat *c, const char *topic)
{
  if (compat_flag (c, "version")) {
    fprintf (c->cli->out, "ovftool %s\n", ovf_version ());
    return true;
  }
  if (!compat_flag (c, "help"))
    return false;
  for (size_t i = 0; topic != NULL && i < sizeof topics / sizeof topics[0]; i++)
    if (strcmp (topics[i].name, topic) == 0) {
      if (topics[i].text != NULL)
        fputs (topics[i].text, c->cli->out);
      else
        compat_config_help (c);
      return true;
    }
  print_options (c);
  return true;
}
