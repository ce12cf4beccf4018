#include "serve_socket.h"
#include "failure.h"
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Whether nobody listens at the socket of this name any more. */
static gboolean
is_left_behind (const struct sockaddr_un *address)
{
  struct stat status;
  const int probe = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean dead = FALSE;

  if (probe < 0)
    return FALSE;
  if (!lstat (address->sun_path, &status) && S_ISSOCK (status.st_mode))
    dead = connect (probe, (const struct sockaddr *) address, sizeof *address) < 0
           && errno == ECONNREFUSED;
  close (probe);
  return dead;
}

static int
fail (int fd, const char *path, GError **error)
{
  const gboolean taken = errno == EADDRINUSE;

  g_set_error (error, FAILURE, taken ? FAILURE_FILE_EXISTS : FAILURE_FILE_WRITE,
               taken ? _ ("\"%s\" exists already, and another server or something else is there.")
                     : _ ("\"%s\" cannot be made a socket."),
               path);
  if (fd >= 0)
    close (fd);
  return -1;
}

int
serve_socket_open (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  const int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  mode_t mask;
  int status;

  if (fd < 0 || strlen (path) >= sizeof address.sun_path)
    return fail (fd, path, error);
  strcpy (address.sun_path, path);
  if (is_left_behind (&address))
    unlink (path);
  mask = umask (0177);
  status = bind (fd, (const struct sockaddr *) &address, sizeof address);
  umask (mask);
  if (status < 0 || listen (fd, 4) < 0)
    return fail (fd, path, error);
  return fd;
}

int
serve_socket_accept (int listener)
{
  int client;

  do
    client = accept (listener, NULL, NULL);
  while (client < 0 && (errno == EINTR || errno == ECONNABORTED));
  return client;
}

void
serve_socket_close (int listener, const char *path)
{
  close (listener);
  unlink (path);
}
