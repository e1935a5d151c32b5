/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Landlock's interface, which the headers of older systems lack: numbers are
 * those of the kernel's include/uapi/linux/landlock.h. */
#ifndef OVF_BASE_LANDLOCK_H
#define OVF_BASE_LANDLOCK_H

#include <stdint.h>

/* The same on all architectures (alpha apart). */
#define LL_SYS_CREATE 444
#define LL_SYS_ADD_RULE 445
#define LL_SYS_RESTRICT 446

#define LL_ASK_VERSION 1u
#define LL_RULE_BENEATH 1

#define LL_EXECUTE (UINT64_C (1) << 0)
#define LL_WRITE_FILE (UINT64_C (1) << 1)
#define LL_READ_FILE (UINT64_C (1) << 2)
#define LL_READ_DIR (UINT64_C (1) << 3)
#define LL_TRUNCATE (UINT64_C (1) << 14)  /* version 3 */
#define LL_ALL_1 ((UINT64_C (1) << 13) - 1)
#define LL_REFER (UINT64_C (1) << 13)     /* version 2 */
#define LL_IOCTL_DEV (UINT64_C (1) << 15) /* version 5 */
#define LL_NET_ALL UINT64_C (3)           /* bind, connect; version 4 */
#define LL_SCOPE_ALL UINT64_C (3)         /* abstract sockets, signals; 6 */

struct ll_ruleset {
  uint64_t fs, net, scoped;
};
struct ll_beneath {
  uint64_t allowed;
  int32_t parent;
} __attribute__ ((packed));

#endif
