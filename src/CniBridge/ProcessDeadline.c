/*
 * The deadline of a plugin call, with an answer for the runtime. The signal handler must be C code: a signal may interrupt managed
 * code at any point, where no other managed code may run. CniBridge.csproj passes this file to gcc together with the objects;
 * ProcessDeadline.cs calls it.
 */
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static const char *deadline_answer;
static size_t deadline_length;
static volatile sig_atomic_t is_answered;

/*
 * Writes the error object and ends the process. Calls only functions that signal-safety(7) lists. After the plugin's own answer it
 * writes nothing, because a second object on standard output would make the first one unreadable.
 */
static void end_process(int number)
{
    (void)number;
    if (!is_answered)
    {
        ssize_t written = write(STDOUT_FILENO, deadline_answer, deadline_length);
        (void)written;
    }
    _exit(1);
}

/*
 * Sets two timers. SIGALRM writes the answer. A thread that waits for a file server in the kernel handles no signal except SIGKILL,
 * so the second timer sends SIGKILL two seconds later. Timers need no second thread, which would take a tenth of the start-up time.
 */
void process_deadline_set(unsigned int seconds, const char *answer, size_t length)
{
    deadline_answer = answer;
    deadline_length = length;
    struct sigaction action = {.sa_handler = end_process};
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);

    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec kill_after = {.it_value = {.tv_sec = (time_t)seconds + 2}};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        timer_settime(timer, 0, &kill_after, NULL);
}

/* Disables the error object: from now on the process ends at the deadline without output. */
void process_deadline_answer(void)
{
    is_answered = 1;
}
