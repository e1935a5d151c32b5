/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A helper that misbehaves: tries one forbidden thing, and says whether it was
 * let.  Run confined by tests/unit/test-sandbox.c.  No sanitizer: those want
 * more address space than a helper gets. */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each returns >= 0 when it was let. */
static const char *argument; /* a file of the test, or NULL */

static int t_read (void) { return open (argument, O_RDONLY); }
static int t_list (void) { return open (argument, O_RDONLY | O_DIRECTORY); }
static int t_create (void) { return open (argument, O_WRONLY | O_CREAT, 0600); }
static int t_write (void) { return open (argument, O_WRONLY); }
static int t_unlink (void) { return unlink (argument); }
static int t_mkdir (void) { return mkdir (argument, 0700); }
static int t_chmod (void) { return chmod (argument, 0777); }
static int t_touch (void) { return utimensat (AT_FDCWD, argument, NULL, 0); }
static int t_tcp (void) { return socket (AF_INET, SOCK_STREAM, 0); }
static int t_udp (void) { return socket (AF_INET6, SOCK_DGRAM, 0); }
static int t_unix (void) { return socket (AF_UNIX, SOCK_STREAM, 0); }
static int t_netlink (void) { return socket (AF_NETLINK, SOCK_RAW, 0); }
static int t_ptrace (void) { return (int)ptrace (PTRACE_TRACEME, 0, 0, 0); }
static int t_mount (void) { return mount ("none", "/mnt", "tmpfs", 0, NULL); }
static int t_unshare (void) { return unshare (CLONE_NEWUSER); }
static int t_keyctl (void) { return (int)syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3, 1); }
static int t_bpf (void) { return (int)syscall (SYS_bpf, 0, NULL, 0) < 0 && errno == EPERM ? -1 : 0; }
static int t_perf (void) { return (int)syscall (SYS_perf_event_open, NULL, 0, -1, -1, 0) < 0 && errno == EPERM ? -1 : 0; }
static int t_userfaultfd (void) { return (int)syscall (SYS_userfaultfd, 1); }
static int t_uring (void) { return (int)syscall (425, 1, NULL) < 0 && errno == EPERM ? -1 : 0; }
static int t_kexec (void) { return (int)syscall (SYS_kexec_load, 0, 0, NULL, 0); }
static int t_module (void) { return (int)syscall (SYS_delete_module, "none", 0) < 0 && errno == EPERM ? -1 : 0; }
static int t_peek (void)
{
  return (int)syscall (SYS_process_vm_readv, getppid (), NULL, 0, NULL, 0, 0);
}
static int t_kill (void) { return kill (getppid (), 0); }
static int t_limit (void)
{
  struct rlimit r = { 4096, 4096 };
  return setrlimit (RLIMIT_NOFILE, &r);
}
static int t_setuid (void) { return setuid (65534); }
static int t_fork (void)
{
  pid_t p = fork ();
  if (p == 0)
    _exit (0);
  return p;
}
static int t_exec (void)
{
  char *argv[] = { "/bin/echo", "ran", NULL };
  return execv (argv[0], argv);
}
static int t_memory (void)
{
  return malloc ((size_t)3 << 30) != NULL ? 0 : -1;
}
static int t_privileges (void)
{
  return prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -1 : 0;
}
static int t_environment (void)
{
  extern char **environ;
  for (char **e = environ; *e; e++)
    if (strncmp (*e, "PATH=", 5) && strncmp (*e, "LC_ALL=", 7)
        && strncmp (*e, "MALLOC_ARENA_MAX=", 17))
      return 0;
  return -1;
}
static int t_descriptors (void)
{
  for (int fd = argument ? atoi (argument) : 3; fd < 1024; fd++)
    if (fcntl (fd, F_GETFD) >= 0)
      return fd;
  return -1;
}
/* What it may do. */
static int t_given (void)
{
  char c;
  int fd = open ("/proc/self/fd/3", O_RDONLY);
  return fd >= 0 && read (fd, &c, 1) == 1 ? 0 : -1;
}
static int t_given_write (void)
{
  int fd = open ("/proc/self/fd/3", O_RDWR);
  return fd >= 0 && write (fd, "x", 1) == 1 ? 0 : -1;
}
static int t_grow (void)
{
  signal (SIGXFSZ, SIG_IGN);
  return (int)pwrite (3, "x", 1, 8 << 20);
}
static int t_spin (void)
{
  for (volatile unsigned long i = 0;; i++)
    ;
  return 0;
}

static const struct { const char *name; int (*run) (void); } tests[] = {
#define T(n) { #n, t_##n }
  T (read), T (list), T (create), T (write), T (unlink), T (mkdir), T (chmod),
  T (touch), T (tcp), T (udp), T (unix), T (netlink), T (ptrace), T (mount),
  T (unshare), T (keyctl), T (bpf), T (perf), T (userfaultfd), T (uring),
  T (kexec), T (module), T (peek), T (kill), T (limit), T (setuid), T (fork),
  T (exec), T (memory), T (privileges), T (environment), T (descriptors),
  T (given), T (given_write), T (grow), T (spin),
};

int
main (int argc, char **argv)
{
  argument = argc > 2 ? argv[2] : NULL;
  for (size_t i = 0; argc > 1 && i < sizeof tests / sizeof tests[0]; i++) {
    if (strcmp (tests[i].name, argv[1]) == 0) {
      int r = tests[i].run ();
      printf ("%s\n", r >= 0 ? "let" : "refused");
      return 0;
    }
  }
  printf ("no such test\n");
  return 2;
}
