/* Has pages of memory ready before they are needed.

   Done here and not in Python, since nothing else may write to the memory meanwhile or run in it. */

#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE ((uintptr_t)2 << 20)

/* Since Linux 5.14; headers may be older, and on an older kernel the calls do nothing. */
#define POPULATE_READ 22
#define POPULATE_WRITE 23

/* Find the pages of `count` pieces (address and length each), or copy them if they are to be
   written to. What is not there is passed over. */
void qoltanba_have_ready(const uintptr_t *pieces, size_t count, int written)
{
    for (size_t piece = 0; piece < count; piece++)
        madvise((void *)pieces[2 * piece], pieces[2 * piece + 1],
                written ? POPULATE_WRITE : POPULATE_READ);
}

/* Put a copy in the place of a piece of memory that is only read or run, in huge pages where it
   fills them; 0 if it was done. */
int qoltanba_in_huge_pages(uintptr_t address, size_t length, int executable)
{
    size_t room = length + 2 * HUGE;
    void *space = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED)
        return -1;
    /* As far behind a huge page's beginning as the original, so that whole ones can be moved. */
    void *copy = (void *)(((uintptr_t)space + HUGE - 1) / HUGE * HUGE + address % HUGE);
    int failed = madvise(copy, length, MADV_HUGEPAGE);
    if (!failed) {
        memcpy(copy, (const void *)address, length);
        failed = mprotect(copy, length, PROT_READ | (executable ? PROT_EXEC : 0));
    }
    if (!failed)
        failed = mremap(copy, length, length, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)address)
            == MAP_FAILED;
    /* Where the copy was is nothing any more; what is around it goes too. */
    munmap(space, room);
    return failed ? -1 : 0;
}
