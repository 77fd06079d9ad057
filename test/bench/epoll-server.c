/*
 * What the number server is measured against: an epoll(7) server in C, one thread, that serves the same requests. Of the
 * protocol it has what the benchmark asks for: one read, parity, one write, close; and a line for each connection.
 *
 *     cc -O2 -o epoll-server epoll-server.c && ./epoll-server      prints "listening on 127.0.0.1:PORT"
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, EVENTS = 256, READ_LIMIT = 1024 };

static const char EVEN[] = "PAR";
static const char ODD[] = "\xc3\x8dMPAR";

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int listen_somewhere(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, BACKLOG) < 0)
    fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &length) < 0) fail("getsockname");
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void watch(int poll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) < 0) fail("epoll_ctl");
}

static void accept_all(int poll, int listener) {
  struct sockaddr_in peer;
  for (;;) {
    socklen_t length = sizeof peer;
    int connection = accept4(listener, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) return;
    char host[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &peer.sin_addr, host, sizeof host);
    printf("connection from %s:%d\n", host, ntohs(peer.sin_port));
    watch(poll, connection);
  }
}

static void serve(int connection) {
  unsigned char number[READ_LIMIT];
  ssize_t length = read(connection, number, sizeof number);
  if (length > 0) {
    int odd = number[length - 1] & 1;
    ssize_t sent = odd ? write(connection, ODD, sizeof ODD - 1) : write(connection, EVEN, sizeof EVEN - 1);
    (void)sent;
  }
  close(connection);
}

int main(void) {
  int listener = listen_somewhere();
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  watch(poll, listener);
  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(poll, events, EVENTS, -1);
    for (int index = 0; index < count; index++) {
      if (events[index].data.fd == listener) accept_all(poll, listener);
      else serve(events[index].data.fd);
    }
  }
}
