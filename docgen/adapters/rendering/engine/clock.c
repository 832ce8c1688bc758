/* Lets one process see the same time for ever, when it is preloaded (LD_PRELOAD).

   LibreOffice writes the time into a PDF in several places and derives the file's identity from
   it. What measures time that passes (CLOCK_MONOTONIC) runs on.

   The kernel is asked directly: looking the C library's own functions up would allocate memory,
   and jemalloc asks for the time while it is being set up. */

#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long frozen = 0;

/* Freeze the clock at that Unix time; 0 lets it run. */
void qoltanba_freeze_clock(long seconds)
{
    frozen = seconds;
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    if (frozen && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        *result = (struct timespec){.tv_sec = frozen};
        return 0;
    }
    return (int)syscall(SYS_clock_gettime, clock, result);
}

int gettimeofday(struct timeval *restrict result, void *restrict zone)
{
    struct timespec now;

    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *result = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}

int timespec_get(struct timespec *result, int base)
{
    if (base != TIME_UTC)
        return 0;
    clock_gettime(CLOCK_REALTIME, result);
    return base;
}

time_t time(time_t *result)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (result)
        *result = now.tv_sec;
    return now.tv_sec;
}
