/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that a confined helper is refused. */
#ifndef OVF_BASE_SANDBOX_CALLS_H
#define OVF_BASE_SANDBOX_CALLS_H

#include "base/error.h"

struct sock_fprog;
bool sandbox_calls_known (void); /* built with libseccomp */
/* The filter as the kernel takes it; its array is the caller's to free. */
bool sandbox_calls (struct sock_fprog *ret, struct ovf_error **err);

#endif
