/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The YAML build file (cli.md section 7): what the files of its converter
 * share.
 *
 *   spec.c           the row of the converter; how a text is recognised
 *   spec-yaml.c      YAML to nodes, bounded; keys, values, --param
 *   spec-read.c      the top level: system, networks, products, texts
 *   spec-products.c  products and properties
 *   spec-hardware.c  devices; spec-drives.c drives among them
 *   spec-values.c    values that several sections have
 *   spec-write.c     the way back
 *
 * A build file is the user's own, but `info --format spec` makes one of a
 * stranger's package, so it is read with the same care. */
#ifndef SPEC_H
#define SPEC_H

#include <yaml.h>

#include "base/text.h"
#include "converter.h"

struct spec { /* a build file while it is read */
  struct ovf_ctx *ctx;
  const struct input *in;
  const struct read_settings *settings;
  struct ovf_report *report;
  yaml_document_t doc;
  struct appliance *a;
  struct machine *m;
  yaml_node_t *networks;   /* section, or NULL */
};

/* ---- spec-yaml.c --------------------------------------------------------- */
/* Parses within the limits and fills in !param.  OVF_E_FORMAT with the line;
 * anchors and aliases are refused: a small file could stand for a huge one. */
bool spec_load (struct spec *, struct ovf_error **err);
void spec_unload (struct spec *);
yaml_node_t *spec_root (struct spec *); /* NULL = empty */

/* An error at a node; returns false. */
bool spec_error (struct spec *, const yaml_node_t *, struct ovf_error **err,
                 const char *fmt, ...) PRINTF (4, 5);
unsigned spec_line (const yaml_node_t *);
/* A scalar's text; "" for other nodes. */
const char *spec_text (const yaml_node_t *);
/* An absent value: `key:`, `key: ~`, `key: null`. */
bool spec_is_null (const yaml_node_t *);

/* The fields of a mapping, as a table.  Keys that are not in it are errors. */
enum spec_kind {
  SPEC_TEXT,   /* char * */
  SPEC_FLAG,   /* enum tristate */
  SPEC_NODE    /* yaml_node_t *: looked at by who asked */
};
struct spec_field {
  const char *key;
  enum spec_kind kind;
  size_t offset;
};
#define SPEC_FIELD(type, field, kind) { #field, kind, offsetof (struct type, field) }
bool spec_fields (struct spec *, yaml_node_t *map, const char *what,
                  const struct spec_field *, size_t n, void *base,
                  struct ovf_error **err);
void spec_fields_free (const struct spec_field *, size_t n, void *base);

/* Is it a mapping (or nothing at all)?  `what` for the error. */
bool spec_is_map (struct spec *, const yaml_node_t *, const char *what,
                  struct ovf_error **err);
/* Every pair of a mapping with free keys, items of a list. */
size_t spec_count (const yaml_node_t *);
void spec_pair (struct spec *, const yaml_node_t *map, size_t i, const char **ret_key,
                yaml_node_t **ret_key_node, yaml_node_t **ret_value);
yaml_node_t *spec_item (struct spec *, const yaml_node_t *list, size_t i);
/* One word, or a list of words, into blank-separated ones; NULL stays. */
bool spec_words (struct spec *, yaml_node_t *, const char *what, strings *ret,
                 struct ovf_error **err);

/* ---- spec-products.c ------------------------------------------------------ */
bool spec_products (struct spec *, yaml_node_t *product, yaml_node_t *environment,
                    yaml_node_t *sections, struct ovf_error **err);

/* ---- spec-values.c -------------------------------------------------------- */
bool spec_has_configuration (const struct spec *, const char *id);
/* "a b" of a `configuration` key, each of which must exist; *ret NULL = all. */
bool spec_configuration (struct spec *, yaml_node_t *, char **ret,
                         struct ovf_error **err);
/* A free map of settings into extras "PREFIX KEY". */
bool spec_config (struct spec *, yaml_node_t *, const char *prefix,
                  struct ovf_error **err);
/* A number from 1 ("unit": 0) to max; text NULL leaves *ret. */
bool spec_count_of (struct spec *, const yaml_node_t *, const char *what,
                    const char *text, unsigned max, unsigned *ret,
                    struct ovf_error **err);
bool spec_memory (struct spec *, const yaml_node_t *, const char *text,
                  uint64_t *ret, struct ovf_error **err);

/* ---- spec-hardware.c ------------------------------------------------------ */
bool spec_hardware (struct spec *, yaml_node_t *, struct ovf_error **err);

/* ---- spec-write.c ---------------------------------------------------------- */
bool spec_write (struct ovf_ctx *, const struct appliance *,
                 const struct write_settings *, FILE *, struct ovf_report *,
                 struct ovf_error **err);
struct appliance *spec_read (struct ovf_ctx *, const struct input *,
                             const struct read_settings *, struct ovf_report *,
                             struct ovf_error **err);

#endif
