/*
 * The start of a child process that waits for the kernel; see WaitingChild.cs. It is C code because a forked child must not run
 * managed code: the collector may have been interrupted at any point. The child calls only functions that signal-safety(7) lists.
 * The project file of the executable passes this file to gcc together with the objects.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel answers within milliseconds. Nothing must remain of a plugin call if it does not. */
enum { deadline_seconds = 60 };

/*
 * The time from the end of the parent until a child without a request closes its sockets, in milliseconds. During the kernel's wait,
 * which takes about 10 ms, closing would hold the mutex of nf_tables, and the deletion of any link would wait for it
 * (nf_tables_netdev_event).
 */
enum { close_delay = 100 };

/*
 * Closes all descriptors except the kept ones, in ascending order. An open pipe would make the runtime wait for the child, and an
 * open lock file would keep the lock.
 */
static int close_others(const int *kept, size_t count)
{
    unsigned int first = 0;
    for (size_t i = 0; i < count; i++)
    {
        unsigned int number = (unsigned int)kept[i];
        if (number > first && close_range(first, number - 1, 0) != 0)
            return -1;
        first = number + 1;
    }
    return close_range(first, ~0U, 0);
}

/*
 * Forks. Returns the ID of the child, or -1. The child sends a request on one of the kept sockets, unless it is empty. Then it waits
 * until the parent has closed its end of the channel, and exits, which closes the kept sockets.
 */
int waiting_child_start(
    const int *kept, size_t count, int channel, int socket, const void *request, size_t length)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    /* The handler of the parent's deadline would write an answer for the runtime. */
    signal(SIGALRM, SIG_DFL);
    alarm(deadline_seconds);
    if (close_others(kept, count) != 0 || (length > 0 && send(socket, request, length, 0) < 0))
        _exit(1);
    char end;
    while (read(channel, &end, sizeof end) > 0)
        continue;
    if (length == 0)
        poll(NULL, 0, close_delay);
    _exit(0);
}
