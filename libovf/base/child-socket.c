/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections to a helper before it runs: it inherits the socket, the name of
 * which is gone by then, so that nobody else can connect. */
#include "base/child.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"

/* Both are away again before this returns. */
static bool
bind_hidden (int fd, int backlog, struct sockaddr_un *address)
{
  char folder[] = "/tmp/ovftool-XXXXXX";

  if (mkdtemp (folder) == NULL)
    return false;
  snprintf (address->sun_path, sizeof address->sun_path, "%s/s", folder);
  if (bind (fd, (struct sockaddr *)address, sizeof *address) == 0
      && listen (fd, backlog) == 0)
    return true;
  unlink (address->sun_path);
  rmdir (folder);
  return false;
}

static void
hide (const char *path)
{
  CLEANUP_FREE char *folder = xstrndup (path, strlen (path) - 2);

  unlink (path);
  rmdir (folder);
}

static int
connect_one (const struct sockaddr_un *address)
{
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0 && connect (fd, (const struct sockaddr *)address, sizeof *address) != 0) {
    int saved = errno;
    close (fd);
    errno = saved;
    return -1;
  }
  return fd;
}

bool
child_listen (size_t n, int *ret_socket, int *ret_connections,
              struct ovf_error **err)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  CLEANUP_FD int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  size_t done = 0;
  int saved;

  if (fd < 0 || !bind_hidden (fd, (int)n, &address))
    return error_errno (err, errno, "cannot make a socket");
  while (done < n && (ret_connections[done] = connect_one (&address)) >= 0)
    done++;
  saved = errno;
  hide (address.sun_path);
  if (done == n) {
    *ret_socket = steal_fd (&fd);
    return true;
  }
  while (done > 0)
    close (ret_connections[--done]);
  return error_errno (err, saved, "cannot connect to a socket");
}
