/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that a confined helper is refused, as a list: what reaches
 * other processes, the network, the kernel's inside, or files' owners and
 * modes.  Programs of another architecture (i386 on x86-64) are killed. */
#include "base/sandbox-calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

#ifdef HAVE_SECCOMP
#include <seccomp.h>

/* By name: what this kernel or this library has not heard of cannot be
 * called, or the names go by. */
static const char *const refused[] = {
  /* the network, and local sockets: a helper accepts, and no more */
  "socket", "socketpair", "connect", "bind", "listen", "socketcall",
  /* other processes */
  "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
  "pidfd_getfd", "pidfd_open", "pidfd_send_signal", "kcmp", "kill", "tkill",
  "fork", "vfork", "setpgid", "setsid", "setpriority",
  "sched_setaffinity", "sched_setscheduler", "sched_setattr", "ioprio_set",
  /* mounts and namespaces */
  "mount", "umount", "umount2", "mount_setattr", "move_mount", "open_tree",
  "fsopen", "fsconfig", "fsmount", "fspick", "pivot_root", "chroot", "setns",
  "unshare", "quotactl", "quotactl_fd", "swapon", "swapoff",
  /* the kernel */
  "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
  "io_uring_register", "kexec_load", "kexec_file_load", "init_module",
  "finit_module", "delete_module", "create_module", "reboot", "syslog",
  "iopl", "ioperm", "acct", "settimeofday", "clock_settime",
  "clock_adjtime", "adjtimex", "stime", "sethostname", "setdomainname",
  "fanotify_init", "inotify_init", "inotify_init1", "modify_ldt",
  "lookup_dcookie", "vhangup", "nfsservctl", "personality",
  /* keys, handles, message queues */
  "keyctl", "add_key", "request_key", "name_to_handle_at",
  "open_by_handle_at", "shmget", "shmat", "msgget", "semget", "mq_open",
  "memfd_secret",
  /* owners, modes, attributes, times: no rule of Landlock covers them */
  "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown",
  "fchownat", "chown32", "fchown32", "lchown32", "setxattr", "lsetxattr",
  "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr",
  "utime", "utimes", "utimensat", "utimensat_time64", "futimesat",
  /* users */
  "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid",
  "setgroups", "setfsuid", "setfsgid", "capset",
};

/* Threads are made by clone; a new process or namespace is no thread. */
static int
add_rules (scmp_filter_ctx f)
{
  static const unsigned terminal[] = { TIOCSTI, TIOCLINUX };
  int r = 0;

  for (size_t i = 0; r == 0 && i < ARRAY_SIZE (refused); i++) {
    int n = seccomp_syscall_resolve_name (refused[i]);

    if (n != __NR_SCMP_ERROR)
      r = seccomp_rule_add (f, SCMP_ACT_ERRNO (EPERM), n, 0);
  }
  /* clone3 hides its flags in memory: the C library then uses clone. */
  if (r == 0)
    r = seccomp_rule_add (f, SCMP_ACT_ERRNO (ENOSYS),
                          seccomp_syscall_resolve_name ("clone3"), 0);
  if (r == 0)
    r = seccomp_rule_add (f, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone), 1,
                          SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
  if (r == 0) /* limits of others; getrlimit () is this call, too */
    r = seccomp_rule_add (f, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (prlimit64), 1,
                          SCMP_A0 (SCMP_CMP_NE, 0));
  for (size_t i = 0; r == 0 && i < ARRAY_SIZE (terminal); i++)
    r = seccomp_rule_add (f, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (ioctl), 1,
                          SCMP_A1 (SCMP_CMP_MASKED_EQ, 0xffffffffu, terminal[i]));
  return r;
}

static bool
read_program (int fd, struct sock_fprog *ret, struct ovf_error **err)
{
  struct stat st;
  size_t n;

  if (fstat (fd, &st) != 0 || st.st_size <= 0
      || (size_t)st.st_size / sizeof *ret->filter > BPF_MAXINSNS)
    return error_set (err, OVF_E_IO, "cannot prepare the filter of system calls");
  n = (size_t)st.st_size;
  ret->filter = xmalloc (n);
  ret->len = (unsigned short)(n / sizeof *ret->filter);
  return file_pread (fd, ret->filter, n, 0, err);
}

bool
sandbox_calls_known (void)
{
  return true;
}

bool
sandbox_calls (struct sock_fprog *ret, struct ovf_error **err)
{
  scmp_filter_ctx f = seccomp_init (SCMP_ACT_ALLOW);
  int fd = memfd_create ("filter", MFD_CLOEXEC);
  int r = f == NULL ? -ENOMEM : fd < 0 ? -errno : add_rules (f);
  bool ok;

  if (r == 0)
    r = seccomp_export_bpf (f, fd);
  ok = r == 0 ? read_program (fd, ret, err)
              : error_errno (err, -r, "cannot prepare the filter of system calls");
  if (f != NULL)
    seccomp_release (f);
  cleanup_fd (&fd);
  return ok;
}

#else

bool
sandbox_calls_known (void)
{
  return false;
}

bool
sandbox_calls (struct sock_fprog *ret, struct ovf_error **err)
{
  (void)ret;
  error_set (err, OVF_E_UNSUPPORTED, "this build has no filter of system calls");
  return error_hint (err, "build with libseccomp (Debian: libseccomp-dev)");
}

#endif
