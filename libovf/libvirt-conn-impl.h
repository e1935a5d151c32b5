/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of libvirt-conn*.c share: the handles of libvirt. */
#ifndef OVF_LIBVIRT_CONN_IMPL_H
#define OVF_LIBVIRT_CONN_IMPL_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "libvirt-conn.h"

struct virt {
  struct ovf_ctx *ctx;
  virConnectPtr conn;
  char *uri;
};

/* What libvirt said last in this thread, behind our sentence. */
bool virt_failed (const struct virt *, struct ovf_error **err, const char *fmt, ...)
  PRINTF (3, 4);
int virt_last_code (void); /* VIR_ERR_* */
/* ": these, those" for messages; "" when there are none.  At most ten. */
char *virt_name_list (const strings *);

#endif
