/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ovftool build: an appliance from disk images and a short description. */
#include "command.h"

/* The target is an argument of ovf_build (), an option here. */
static bool
build (struct ovf_ctx *ctx, const char *spec, const struct ovf_options *options,
       struct ovf_report *report, char **ret_json, struct ovf_error **err)
{
  return ovf_build (ctx, spec, NULL, options, report, ret_json, err);
}

static int
run (struct cli *cli, int argc, char **argv)
{
  if (argc == 0 && cli_string (cli, "disk") == NULL)
    return cli_usage (cli, "give a build file, or --disk FILE");
  if (cli_string (cli, "output") == NULL)
    return cli_usage (cli, "say where the package goes: -o PACKAGE");
  return change_run (cli, build, argc > 0 ? argv[0] : NULL);
}

static const struct cmd_option options[] = {
  OPTION_OUTPUT ("PACKAGE", "the .ova or .ovf to write, or '-'"),
  { 0, "param", ARG_STRING, "KEY=VALUE",
    "fill in !param KEY of the build file (repeatable)" },
  { 0, "disk", ARG_STRING, "FILE", "a disk image (repeatable)" },
  { 0, "cpus", ARG_NUMBER, "N", "number of processors (default 1)" },
  { 0, "memory", ARG_SIZE, "SIZE", "size of the memory (default 1G)" },
  { 0, "os", ARG_STRING, "ID",
    "operating system, as VMware, VirtualBox or libosinfo name it" },
  { 0, "firmware", ARG_CHOICE, "bios|efi", "firmware (default bios)" },
  { 0, "nic", ARG_STRING, "NETWORK",
    "a network card in this network (repeatable)" },
  { 0, "name", ARG_STRING, "NAME", "name of the machine" },
  { 0, "for", ARG_STRING, "PROFILE", "write what this platform accepts" },
  { 0, "from-disk", ARG_STRING, "FORMAT",
    "the format of the disks read, instead of looking at their content" },
  { 0, "allow", ARG_STRING, "DIR",
    "the build file may take texts from beneath DIR as well (repeatable)" },
  { 0, "compress", ARG_NUMBER, "1..9", "effort of compression (default 6)" },
  { 0, "chunk-size", ARG_SIZE, "SIZE", "split the files into chunks" },
  { 0, "ovf-version", ARG_CHOICE, "1.1|2.0",
    "version of the descriptor written (default 1.1)" },
  OPTIONS_SIGN,
  OPTIONS_END
};

const struct command cmd_build = {
  .name = "build",
  .synopsis = "build SPEC.yaml -o PACKAGE [OPTIONS]\n"
              "build --disk FILE... -o PACKAGE [OPTIONS]",
  .summary = "make a package of disk images and a short description",
  .more = "The build file is YAML; ovftool-build(1) lists its keys.",
  .min_args = 0,
  .max_args = 1,
  .options = options,
  .run = run,
};
