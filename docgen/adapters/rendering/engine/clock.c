/* Lets one process see the same time for ever, when it is preloaded (LD_PRELOAD).

   LibreOffice writes the time into a PDF in several places and derives the file's identity from
   it. What measures time that passes (CLOCK_MONOTONIC) runs on.

   The kernel is asked directly at first: looking the C library's own function up allocates
   memory, and jemalloc asks for the time while it is being set up. Later the C library is asked,
   which needs no call of the kernel: LibreOffice wants to know two thousand times per document. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long frozen = 0;
static int (*library)(clockid_t, struct timespec *) = NULL;

/* Freeze the clock at that Unix time; 0 lets it run. */
void qoltanba_freeze_clock(long seconds)
{
    frozen = seconds;
    if (library == NULL)
        *(void **)&library = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *result)
{
    if (frozen && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        *result = (struct timespec){.tv_sec = frozen};
        return 0;
    }
    if (library != NULL)
        return library(clock, result);
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
