/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the two parts of the parser of Xen's files share: the place in the
 * text, and the literals of xen-value.c. */
#ifndef OVF_CONVERTERS_XEN_PARSER_H
#define OVF_CONVERTERS_XEN_PARSER_H

#include "xen-lang.h"

struct xen_parser {
  struct ovf_ctx *ctx;
  const char *name;         /* of the input */
  const char *p, *end;
  unsigned line;
  uint64_t values;          /* so far */
  unsigned depth;           /* of lists */
  bool in_block;            /* behind "if x:" and such, while indented */
  size_t block_indent;
  struct ovf_report *report;
  struct xen_config *config;
};

/* The next byte, or -1. */
int xen_peek (const struct xen_parser *);
bool xen_starts (const struct xen_parser *, const char *word);
/* One byte on, or to the end of the line. */
void xen_step (struct xen_parser *);
void xen_skip_comment (struct xen_parser *);
/* A backslash at the end of a line: the next one belongs to it. */
bool xen_skip_continuation (struct xen_parser *);
/* Blanks; with `lines` also line ends and comments, as inside of lists. */
void xen_skip_blanks (struct xen_parser *, bool lines);
/* Bytes of the name that begins here, or 0. */
size_t xen_ident_length (const struct xen_parser *);

/* Does a string begin here, behind *ret_prefix letters? */
bool xen_at_string (const struct xen_parser *, size_t *ret_prefix);
/* The string that begins here; raw: Python's r"" knows no escapes. */
char *xen_read_quoted (struct xen_parser *, bool raw, struct ovf_error **err);
/* Leaves the parser behind a literal, or anywhere in what is none: then the
 * value is OPAQUE. */
bool xen_read_value (struct xen_parser *, struct xen_value *, struct ovf_error **err);
struct xen_value *xen_add_item (struct xen_value *list);
void xen_value_clear (struct xen_value *);

#endif
