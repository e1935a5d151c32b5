/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libovf: read, check, convert and write virtual machine packages.
 *
 * Errors     Functions that can fail take `struct ovf_error **err` last.
 *            They return true or a pointer on success, false or NULL on
 *            failure, and set *err only on failure.  err may be NULL.
 * Ownership  `T *f ()` gives the caller an object to free with T's own
 *            _free function (char * with free).  `const T *f ()` lends one
 *            that lives as long as the first argument.  Arguments are not
 *            kept after the call.  _free takes NULL.
 * Results    An operation writes its result as a JSON text, the `result`
 *            of `ovftool COMMAND --json` (schemas/ovftool-json-1.schema.json),
 *            to *ret_json, also when it fails after having found one.
 * Threads    A context belongs to one thread at a time.  Two contexts share
 *            nothing.  The library starts its own worker threads and joins
 *            them before it returns, but for one that watches connections
 *            to libvirt from the first of them on.  Only ovf_ctx_cancel () may be called
 *            from elsewhere.
 * Memory     When a small allocation fails the process aborts; sizes that
 *            come from a file are limited first and reported.
 *
 * There is no promise of a stable ABI before version 1.0.
 */
#ifndef OVF_H
#define OVF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define OVF_PUBLIC __attribute__ ((visibility ("default")))

struct ovf_error;   /* what went wrong, with a code and a sentence */
struct ovf_ctx;     /* settings: limits, jobs, callbacks */
struct ovf_options; /* what one operation is asked to do */
struct ovf_report;  /* findings: from reading, checking and conversion */

/* ---- errors ---------------------------------------------------------- */
enum ovf_code {
  OVF_E_IO = 1,      /* the system refused: see ovf_error_errno () */
  OVF_E_FORMAT,      /* the input is not what it claims to be */
  OVF_E_LIMIT,       /* the input is larger than the limits allow */
  OVF_E_INTEGRITY,   /* a digest or a signature does not match */
  OVF_E_UNSAFE,      /* the input reaches outside the package */
  OVF_E_LOSS,        /* strict: the target cannot hold everything */
  OVF_E_UNSUPPORTED, /* valid, but this build cannot do it */
  OVF_E_TOOL,        /* a helper program failed */
  OVF_E_USAGE,       /* the caller asked for the impossible */
  OVF_E_CANCELLED    /* ovf_ctx_cancel () was called */
};
OVF_PUBLIC enum ovf_code ovf_error_code (const struct ovf_error *);
OVF_PUBLIC int ovf_error_errno (const struct ovf_error *); /* 0 if none */
/* One sentence without a full stop; may quote untrusted text as it is:
 * pass it through ovf_escape () before a terminal sees it. */
OVF_PUBLIC const char *ovf_error_message (const struct ovf_error *);
OVF_PUBLIC const char *ovf_error_hint (const struct ovf_error *); /* or NULL */
OVF_PUBLIC const char *ovf_error_file (const struct ovf_error *); /* or NULL */
OVF_PUBLIC unsigned ovf_error_line (const struct ovf_error *);    /* 0 = none */
OVF_PUBLIC const char *ovf_error_rule (const struct ovf_error *); /* or NULL */
OVF_PUBLIC void ovf_error_free (struct ovf_error *);

/* ---- context --------------------------------------------------------- */
struct ovf_progress {
  const char *what; /* "disk1.vmdk" */
  uint64_t done, total; /* bytes; total 0 = not known */
};
typedef void ovf_progress_fn (void *opaque, const struct ovf_progress *);
enum ovf_sandbox { OVF_SANDBOX_AUTO, OVF_SANDBOX_REQUIRE, OVF_SANDBOX_OFF };

OVF_PUBLIC struct ovf_ctx *ovf_ctx_new (void);
OVF_PUBLIC void ovf_ctx_free (struct ovf_ctx *);
OVF_PUBLIC void ovf_ctx_set_jobs (struct ovf_ctx *, unsigned n); /* 0 = CPUs */
OVF_PUBLIC void ovf_ctx_set_sandbox (struct ovf_ctx *, enum ovf_sandbox);
/* Called from the thread that runs the operation. */
OVF_PUBLIC void ovf_ctx_set_progress (struct ovf_ctx *, ovf_progress_fn *,
                                      void *opaque);
OVF_PUBLIC bool ovf_ctx_set_limit (struct ovf_ctx *, const char *name,
                                   uint64_t value, struct ovf_error **err);
/* Safe in a signal handler; what runs ends soon with OVF_E_CANCELLED and
 * leaves nothing behind. */
OVF_PUBLIC void ovf_ctx_cancel (struct ovf_ctx *);

/* ---- options --------------------------------------------------------- */
/* Names and meanings are those of the command line (`ovftool help`), without
 * the dashes: "net", "disk-format", "lax-manifest" ("yes").  A repeatable
 * option is set several times.  A name that does not exist or a value that
 * cannot be right is OVF_E_USAGE. */
OVF_PUBLIC struct ovf_options *ovf_options_new (void);
OVF_PUBLIC void ovf_options_free (struct ovf_options *);
OVF_PUBLIC bool ovf_options_set (struct ovf_options *, const char *name,
                                 const char *value, struct ovf_error **err);
OVF_PUBLIC bool ovf_options_known (const char *name);

/* ---- findings -------------------------------------------------------- */
enum ovf_severity { OVF_NOTE, OVF_WARNING, OVF_FAULT };
struct ovf_finding {
  enum ovf_severity severity;
  const char *rule;           /* "OVF-REF-003", "LOSS-libvirt-controller" */
  const char *file;           /* or NULL */
  unsigned line;              /* 0 = none */
  const char *path;           /* element path, or NULL */
  const char *message, *hint; /* hint may be NULL */
};
OVF_PUBLIC struct ovf_report *ovf_report_new (void);
OVF_PUBLIC void ovf_report_free (struct ovf_report *);
OVF_PUBLIC size_t ovf_report_count (const struct ovf_report *,
                                    enum ovf_severity at_least);
OVF_PUBLIC size_t ovf_report_size (const struct ovf_report *);
OVF_PUBLIC const struct ovf_finding *ovf_report_get (const struct ovf_report *,
                                                     size_t i);

/* ---- operations ------------------------------------------------------ */
/* The model of any source, for `info`. */
OVF_PUBLIC bool ovf_info (struct ovf_ctx *, const char *source,
                          const struct ovf_options *, struct ovf_report *,
                          char **ret_json, struct ovf_error **err);
/* Digests and signature.  A mismatch is OVF_E_INTEGRITY, and *ret_json still
 * says what was found. */
OVF_PUBLIC bool ovf_verify (struct ovf_ctx *, const char *package,
                            const struct ovf_options *, struct ovf_report *,
                            char **ret_json, struct ovf_error **err);
/* All that can be found out about a source; with the option "for" also what a
 * platform refuses.  What is wrong with it stands in the report, and the
 * operation succeeds; it fails where the source cannot be read at all. */
OVF_PUBLIC bool ovf_validate (struct ovf_ctx *, const char *source,
                              const struct ovf_options *, struct ovf_report *,
                              char **ret_json, struct ovf_error **err);
/* All members into a folder; target NULL = the archive's name. */
OVF_PUBLIC bool ovf_unpack (struct ovf_ctx *, const char *package,
                            const char *target, const struct ovf_options *,
                            struct ovf_report *, char **ret_json,
                            struct ovf_error **err);
/* A folder, or a descriptor with the files beside it, as an OVA ("-": to
 * standard output). */
OVF_PUBLIC bool ovf_pack (struct ovf_ctx *, const char *source,
                          const char *target, const struct ovf_options *,
                          struct ovf_report *, char **ret_json,
                          struct ovf_error **err);
/* These three replace the package, or write to the option "output".  A
 * certificate file made or replaced ("sign-key", "sign-cert" ...), or dropped; */
OVF_PUBLIC bool ovf_sign (struct ovf_ctx *, const char *package,
                          const struct ovf_options *, struct ovf_report *,
                          char **ret_json, struct ovf_error **err);
OVF_PUBLIC bool ovf_unsign (struct ovf_ctx *, const char *package,
                            const struct ovf_options *, struct ovf_report *,
                            char **ret_json, struct ovf_error **err);
/* the description edited: the options "key" ("memory=2G") and "remove". */
OVF_PUBLIC bool ovf_set (struct ovf_ctx *, const char *package,
                         const struct ovf_options *, struct ovf_report *,
                         char **ret_json, struct ovf_error **err);
/* The OVF environment on an ISO image for the guest, into "output". */
OVF_PUBLIC bool ovf_env (struct ovf_ctx *, const char *package,
                         const struct ovf_options *, struct ovf_report *,
                         char **ret_json, struct ovf_error **err);
/* Any kind to any other, disks included; target NULL = ./BASE. */
OVF_PUBLIC bool ovf_convert (struct ovf_ctx *, const char *source,
                             const char *target, const struct ovf_options *,
                             struct ovf_report *, char **ret_json,
                             struct ovf_error **err);
/* A package from a build file, or (NULL) from the options "disk", "cpus",
 * "memory", "os", "firmware" and "nic"; target NULL = the option "output". */
OVF_PUBLIC bool ovf_build (struct ovf_ctx *, const char *spec, const char *target,
                           const struct ovf_options *, struct ovf_report *,
                           char **ret_json, struct ovf_error **err);
/* A package written anew, to the option "output", without what can be mended;
 * with the option "for" also without what that platform refuses.  Each fix is
 * a note; what is left stands in the report as ovf_validate () finds it. */
OVF_PUBLIC bool ovf_repair (struct ovf_ctx *, const char *package,
                            const struct ovf_options *, struct ovf_report *,
                            char **ret_json, struct ovf_error **err);
/* What differs between two sources, by meaning; the operation succeeds when
 * they differ, too. */
OVF_PUBLIC bool ovf_diff (struct ovf_ctx *, const char *a, const char *b,
                          const struct ovf_options *, struct ovf_report *,
                          char **ret_json, struct ovf_error **err);
OVF_PUBLIC bool ovf_disk_info (struct ovf_ctx *, const char *path,
                               const struct ovf_options *, struct ovf_report *,
                               char **ret_json, struct ovf_error **err);
OVF_PUBLIC bool ovf_disk_check (struct ovf_ctx *, const char *path,
                                const struct ovf_options *,
                                struct ovf_report *, char **ret_json,
                                struct ovf_error **err);
OVF_PUBLIC bool ovf_disk_convert (struct ovf_ctx *, const char *in,
                                  const char *out, const struct ovf_options *,
                                  struct ovf_report *, char **ret_json,
                                  struct ovf_error **err);

/* ---- what this build can do ------------------------------------------ */
OVF_PUBLIC const char *ovf_version (void);
OVF_PUBLIC char *ovf_formats_json (void);
/* The rules that findings name: [{"id", "strict", "lax", "versions", "clause",
 * "title", "why", "fix"}]. */
OVF_PUBLIC char *ovf_rules_json (void);

/* ---- text ------------------------------------------------------------ */
/* Untrusted text for a terminal: control characters, DEL, C1, bidirectional
 * overrides and broken UTF-8 become visible escapes (\n, \x1b, \u202e). */
OVF_PUBLIC char *ovf_escape (const char *text);
/* A source as messages name it: the password of a URL is left out. */
OVF_PUBLIC char *ovf_shown_source (const char *source);
/* A text file that the user named (options, a licence), of at most `text`
 * bytes (limits), to free (). */
OVF_PUBLIC bool ovf_read_text (struct ovf_ctx *, const char *path, char **ret,
                               struct ovf_error **err);
/* "512", "64K", "20G" (base 1024) in bytes; false when it is none. */
OVF_PUBLIC bool ovf_parse_size (const char *text, uint64_t *ret);

#ifdef __cplusplus
}
#endif
#endif /* OVF_H */
