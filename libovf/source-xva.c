/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A XenServer export as a source: its description goes to the converter, its
 * chunks stay in the archive until a disk is asked for. */
#include <unistd.h>

#include "pipeline.h"

bool
source_open_xva (struct source *s, enum purpose purpose, struct ovf_report *report,
                 struct ovf_error **err)
{
  struct input in = { .name = XVA_DESCRIPTOR };
  int fd = s->fd >= 0 ? s->fd : STDIN_FILENO;

  s->xva = xva_open (s->ctx, fd, s->path, report, err);
  if (s->xva == NULL)
    return false;
  in.text = xva_descriptor (s->xva, &in.len);
  if (memchr (in.text, '\0', in.len) != NULL)
    return error_at (err, OVF_E_FORMAT, NULL, in.name, 0, "the file holds a NUL byte");
  if (!source_read_text (s, converter_by_name ("xva"), &in, purpose, report, err))
    return false;
  set_string (&s->appliance->descriptor, XVA_DESCRIPTOR);
  return true;
}
