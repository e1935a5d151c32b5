/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model as a script: it looks for firmware where distributions put it,
 * keeps the guest's variables beside itself, and becomes QEMU.  Every word
 * that a source brought is quoted; what the user adds comes last. */
#include "qemu.h"

#include <inttypes.h>
#include <stdarg.h>

#include "base/text.h"
#include "loss.h"

#define MEMORY_DEFAULT (UINT64_C (1) << 30)
#define MIB (UINT64_C (1) << 20)

/* ---- words ------------------------------------------------------------------- */
void
qemu_option (struct qemu_writer *w, const char *option, const char *fmt, ...)
{
  CLEANUP_FREE char *value = NULL;
  CLEANUP_FREE char *word = NULL;
  va_list ap;

  va_start (ap, fmt);
  value = xvasprintf (fmt, ap);
  va_end (ap);
  word = text_shell_quote (value);
  fprintf (w->out, " \\\n  %s %s", option, word);
}

char *
qemu_escape (const char *s)
{
  char *t = xmalloc (strlen (s) * 2 + 1), *to = t;

  for (; *s != '\0'; s++) {
    *to++ = (unsigned char)*s < 0x20 || *s == 0x7f ? '_' : *s;
    if (*s == ',')
      *to++ = ',';
  }
  *to = '\0';
  return t;
}

/* ---- the head of the script ----------------------------------------------------- */
static const char head[] =
  "#!/bin/sh\n"
  "# Made by ovftool.  Starts the guest; what is given to this script goes to\n"
  "# QEMU behind its own options.  QEMU names another program.\n"
  "set -eu\n"
  "CDPATH='' cd -- \"$(dirname -- \"$0\")\"\n"
  "qemu=${QEMU:-qemu-system-x86_64}\n"
  "self=${0##*/}\n"
  "self=${self%.qemu.sh}\n";

/* Code and variables, by where distributions have them. */
static const char *const plain_pairs[] = {
  "/usr/share/OVMF/OVMF_CODE_4M.fd:/usr/share/OVMF/OVMF_VARS_4M.fd",
  "/usr/share/OVMF/OVMF_CODE.fd:/usr/share/OVMF/OVMF_VARS.fd",
  "/usr/share/edk2/ovmf/OVMF_CODE.fd:/usr/share/edk2/ovmf/OVMF_VARS.fd",
  "/usr/share/edk2/x64/OVMF_CODE.4m.fd:/usr/share/edk2/x64/OVMF_VARS.4m.fd",
  "/usr/share/edk2-ovmf/OVMF_CODE.fd:/usr/share/edk2-ovmf/OVMF_VARS.fd",
  "/usr/share/qemu/ovmf-x86_64-code.bin:/usr/share/qemu/ovmf-x86_64-vars.bin",
};
static const char *const secure_pairs[] = {
  "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd:/usr/share/OVMF/OVMF_VARS_4M.ms.fd",
  "/usr/share/OVMF/OVMF_CODE.secboot.fd:/usr/share/OVMF/OVMF_VARS.ms.fd",
  "/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd:"
  "/usr/share/edk2/ovmf/OVMF_VARS.secboot.fd",
  "/usr/share/qemu/ovmf-x86_64-smm-ms-code.bin:"
  "/usr/share/qemu/ovmf-x86_64-smm-ms-vars.bin",
};

static void
put_firmware (FILE *out, const char *const *pairs, size_t n)
{
  fputs ("\n# OVMF_CODE and OVMF_VARS name other files.\n"
         "code=${OVMF_CODE:-} vars=${OVMF_VARS:-}\n"
         "for pair in", out);
  for (size_t i = 0; i < n; i++)
    fprintf (out, " \\\n  %s", pairs[i]);
  fputs ("\ndo\n"
         "  if [ -z \"$code\" ] && [ -r \"${pair%%:*}\" ] && [ -r \"${pair#*:}\" ]; then\n"
         "    code=${pair%%:*} vars=${pair#*:}\n"
         "  fi\n"
         "done\n"
         "if [ -z \"$code\" ] || [ -z \"$vars\" ]; then\n"
         "  echo \"$0: no UEFI firmware (OVMF) for this guest is found\" >&2\n"
         "  exit 1\n"
         "fi\n"
         "[ -e \"./$self-vars.fd\" ] || cp -- \"$vars\" \"./$self-vars.fd\"\n",
         out);
}

static const char tpm[] =
  "\n# The TPM is a program of its own; it ends with QEMU.\n"
  "command -v swtpm >/dev/null || {\n"
  "  echo \"$0: the guest has a TPM, which needs swtpm\" >&2\n"
  "  exit 1\n"
  "}\n"
  "mkdir -p -- \"./$self-tpm\"\n"
  "swtpm socket --tpm2 --tpmstate \"dir=./$self-tpm\" --terminate --daemon \\\n"
  "  --ctrl \"type=unixio,path=./$self-tpm/socket\"\n";

/* ---- the machine ------------------------------------------------------------------ */
static void
put_cpus (struct qemu_writer *w)
{
  unsigned cpus = w->m->cpus ? w->m->cpus : 1;
  unsigned cores = w->m->cores_per_socket;

  if (cores > 0 && cpus % cores != 0) {
    report_loss (w->report, "qemu", "topology",
                 "%u processors are no multiple of %u cores per socket", cpus,
                 cores);
    cores = 0;
  }
  qemu_option (w, "-cpu", "max");
  if (cores > 0)
    qemu_option (w, "-smp", "cpus=%u,sockets=%u,cores=%u,threads=1", cpus,
                 cpus / cores, cores);
  else
    qemu_option (w, "-smp", "cpus=%u", cpus);
}

static void
put_memory (struct qemu_writer *w)
{
  uint64_t memory = w->m->memory;

  if (memory == 0) {
    memory = MEMORY_DEFAULT;
    report_add (w->report, OVF_WARNING, "HW-MEMORY", NULL, 0, NULL,
                "the source does not say how much memory: 1 GiB is written");
  }
  qemu_option (w, "-m", "%" PRIu64 "M", memory / MIB + (memory % MIB != 0));
}

/* Secure boot: only code in system management mode may write variables. */
static void
put_board (struct qemu_writer *w, bool efi, bool secure)
{
  bool kvm = strcmp (w->settings->virt_type, "qemu") != 0;

  qemu_option (w, "-machine", "%s%s", w->layout.machine,
               secure ? ",smm=on" : "");
  qemu_option (w, "-accel", kvm ? "kvm" : "tcg");
  if (secure)
    qemu_option (w, "-global", "driver=cfi.pflash01,property=secure,value=on");
  if (efi)
    fputs (" \\\n  -drive \"if=pflash,unit=0,format=raw,readonly=on,file=$code\""
           " \\\n  -drive \"if=pflash,unit=1,format=raw,file=./$self-vars.fd\"",
           w->out);
}

/* A title, which people read in the script: no characters of other
 * languages' markup, although they would be quoted. */
static char *
title_of (struct qemu_writer *w)
{
  const char *name = w->m->name ? w->m->name : w->m->id ? w->m->id : "vm";
  char *t = xstrdup (name);

  for (char *c = t; *c != '\0'; c++)
    if ((unsigned char)*c < 0x20 || strchr ("<>\"'`$\\;&|\x7f", *c) != NULL)
      *c = '_';
  if (strcmp (t, name) != 0)
    report_loss (w->report, "qemu", "name", "the name '%s' becomes '%s'", name, t);
  return t;
}

static void
put_identity (struct qemu_writer *w)
{
  const struct machine *m = w->m;
  CLEANUP_FREE char *title = title_of (w);
  CLEANUP_FREE char *name = qemu_escape (title);

  qemu_option (w, "-name", "guest=%s", name);
  if (m->uuid != NULL)
    qemu_option (w, "-uuid", "%s", m->uuid);
}

/* A command line of a kernel is one word, whatever it holds. */
static void
put_kernel (struct qemu_writer *w)
{
  const struct machine *m = w->m;
  CLEANUP_FREE char *cmdline = xstrdup (m->cmdline);

  if (m->kernel_file == NO_INDEX)
    return;
  qemu_option (w, "-kernel", "./%s", w->a->files.ptr[m->kernel_file].href);
  if (m->ramdisk_file != NO_INDEX)
    qemu_option (w, "-initrd", "./%s", w->a->files.ptr[m->ramdisk_file].href);
  for (char *c = cmdline; c != NULL && *c != '\0'; c++)
    if ((unsigned char)*c < 0x20)
      *c = ' ';
  if (cmdline != NULL)
    qemu_option (w, "-append", "%s", cmdline);
}

static void
put_tpm (struct qemu_writer *w, bool efi)
{
  if (w->m->tpm != YES)
    return;
  fputs (" \\\n  -chardev \"socket,id=chrtpm,path=./$self-tpm/socket\"", w->out);
  qemu_option (w, "-tpmdev", "emulator,id=tpm0,chardev=chrtpm");
  qemu_option (w, "-device", "%s,tpmdev=tpm0", efi ? "tpm-crb" : "tpm-tis");
}

static void
write_script (struct qemu_writer *w)
{
  bool secure = w->m->secure_boot == YES;
  bool efi = w->m->firmware == FIRMWARE_UEFI || secure;

  fputs (head, w->out);
  if (secure)
    put_firmware (w->out, secure_pairs, ARRAY_SIZE (secure_pairs));
  else if (efi)
    put_firmware (w->out, plain_pairs, ARRAY_SIZE (plain_pairs));
  if (w->m->tpm == YES)
    fputs (tpm, w->out);
  fputs ("\nexec \"$qemu\" \\\n  -nodefaults", w->out);
  put_identity (w);
  put_board (w, efi, secure);
  put_cpus (w);
  put_memory (w);
  qemu_option (w, "-rtc", "base=%s", clock_is_local (w->m) ? "localtime" : "utc");
  put_kernel (w);
  qemu_usb (w);
  qemu_drives (w);
  qemu_devices (w);
  put_tpm (w, efi);
  fputs (" \\\n  \"$@\"\n", w->out);
}

bool
qemu_write (struct ovf_ctx *ctx, const struct appliance *a,
            const struct write_settings *settings, FILE *out,
            struct ovf_report *report, struct ovf_error **err)
{
  static const struct loss_words loss
    = { .target = "qemu", .noun = "command line", .boots_kernel = true };
  struct qemu_writer w = { .out = out, .a = a, .settings = settings,
                           .report = report };

  if (settings->machine >= a->machines.len)
    return error_set (err, OVF_E_USAGE, "there is no virtual machine");
  if (!model_check (ctx, a, err))
    return false;
  w.m = &a->machines.ptr[settings->machine];
  layout_make (&w.layout, w.m, "qemu", settings, report);
  write_script (&w);
  layout_done (&w.layout);
  loss_report (&loss, a, w.m, report);
  if (w.m->description != NULL || w.m->annotation != NULL)
    report_loss (report, "qemu", "description",
                 "a command line has no place for the description");
  if (settings->native_hardware)
    report_add (report, OVF_NOTE, "HW-NATIVE", NULL, 0, NULL,
                "the guest must have virtio drivers (--hardware native)");
  return true;
}
