/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes, units and names from untrusted text. */
#ifndef OVF_BASE_TEXT_H
#define OVF_BASE_TEXT_H

#include <stdio.h>

#include "base/error.h"

/* Plain decimal digits, surrounding blanks allowed, no sign but '+'.  False
 * (ret untouched) when it is no number or outside min..max. */
bool parse_u64 (const char *s, uint64_t min, uint64_t max, uint64_t *ret);
bool parse_unsigned (const char *s, unsigned min, unsigned max, unsigned *ret);
/* "512", "64K", "20G", base 1024; K M G T P, each with an optional "B" or
 * "iB".  Bytes. */
bool parse_size (const char *s, uint64_t *ret);
/* XML and YAML booleans: true false 1 0 yes no on off, any case. */
bool parse_bool (const char *s, bool *ret);

/* DSP0004 programmatic units for a multiple of bytes (or of hertz):
 * "byte * 2^20", "MegaBytes", "KB", "byte*1024*1024".  NULL or "" is 1.
 * *ret_standard is false for the spellings only lax readers take. */
bool parse_units (const char *units, const char *base, uint64_t *ret_factor,
                  bool *ret_standard);

bool text_is_utf8 (const char *s, size_t n);
bool text_is_blank (const char *s);
/* A copy without leading and trailing white space (OVF Annex A: those have no
 * meaning in element values). */
char *text_trim (const char *s);
bool text_equal_nocase (const char *a, const char *b); /* ASCII; NULL only = NULL */
bool text_has_suffix (const char *s, const char *suffix); /* ASCII, any case */
/* True when s matches pattern, in which `*` stands for any run of bytes. */
bool text_glob (const char *pattern, const char *s);

/* The BASE of names of files made (cli.md 3.2): bytes outside [A-Za-z0-9._-]
 * and a leading '.' or '-' become '_', at most 64 bytes; "" gives "vm". */
char *text_file_base (const char *name);

/* One word for a POSIX shell, quoted where it must be. */
char *text_shell_quote (const char *);

/* "1.5 GB": base 1024, two decimals. */
char *text_human_size (uint64_t bytes);
/* Lower-case hexadecimal; out holds 2 * n + 1 bytes. */
void text_hex (const uint8_t *p, size_t n, char *out);

/* A normal form "xx:xx:xx:xx:xx:xx" in lower case, of MACs written with
 * colons, dashes or nothing; NULL when it is none. */
char *text_mac (const char *s);
/* "8-4-4-4-12" in lower case from the usual spellings ({braced}, bare hex,
 * VMware's "56 4d .. -.."); NULL when it is none. */
char *text_uuid (const char *s);

#endif
