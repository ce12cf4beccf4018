/* serve_socket: a local socket that only its owner may use; nothing on the network. */
#pragma once
#include <glib.h>

/* -1 and FILE_EXISTS or FILE_WRITE where the path is taken or cannot be made. A socket that a
 * server has left behind is replaced. */
int serve_socket_open (const char *path, GError **error);

/* The next client; -1 where there can be none. */
int serve_socket_accept (int listener);
void serve_socket_close (int listener, const char *path);
