/*
 * The end of a call that does not end by itself, with an answer for the runtime. A handler of a signal has to be C: the signal
 * may arrive in the middle of managed code, which calls nothing that is managed at such a moment. CniBridge.csproj passes this
 * file to gcc together with the objects; ProcessDeadline.cs calls it.
 */
#include <signal.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

static const char *deadline_answer;
static size_t deadline_length;
static volatile sig_atomic_t is_answered;

/* Calls only functions that signal-safety(7) lists. A second object on standard output would make the first unreadable. */
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
 * Sets two timers. SIGALRM writes the answer. A thread that waits for a file server in the kernel handles no signal, but SIGKILL
 * ends it, so that comes two seconds later. Both do without a second thread, which would cost a tenth of the start-up.
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

/* From here on the process ends at the deadline without a word. */
void process_deadline_answer(void)
{
    is_answered = 1;
}
