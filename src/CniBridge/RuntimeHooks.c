/*
 * Functions that the linker puts in place of functions of the .NET runtime (ld --wrap: the runtime calls __wrap_NAME, the
 * original is __real_NAME). A plugin process lives for two milliseconds, and each function here skips start-up work that such a
 * process does not need. The names are mangled names of C++ functions. The project file lists them, and the link fails if the
 * runtime no longer has one of them. CniBridge.csproj passes this file to gcc together with the objects.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* True in a call of a plugin, as in Program.cs. Any other process is a command of the operator. */
static bool is_plugin_call(void)
{
    static signed char answer = -1;
    if (answer < 0)
    {
        const char *command = getenv("CNI_COMMAND");
        answer = command != NULL && *command != '\0';
    }
    return answer;
}

/*
 * void InitializeCGroup(), the collector: finds the control group that limits the memory of the process, in
 * /proc/self/mountinfo and /proc/self/cgroup. Without it the collector assumes that no control group limits the memory.
 * Safe for a call of a plugin: System.GC.HeapHardLimit sets the size of the heap, so the collector does not derive it
 * from a limit. Any other process has no such limit (below), and must respect that of its control group.
 * Saves: reading a file with a line for each mount. 0.2 ms on a quiet machine, 2 ms with the thousand mounts of a node
 * with a hundred pods.
 */
void __real__Z16InitializeCGroupv(void);

void __wrap__Z16InitializeCGroupv(void)
{
    if (!is_plugin_call())
        __real__Z16InitializeCGroupv();
}

/*
 * bool GCToEEInterface::GetIntConfigValue(const char *, const char *, int64_t *): returns a setting of the collector, from
 * the environment or from the project file. Without the hard limit of the heap, an operator's command may
 * use the memory of the machine: it reads all records of a node, and all nodes of a cluster.
 * Safe: a limit in the environment (DOTNET_GCHeapHardLimit) still counts.
 * Saves nothing. The limit is there because it makes the collector reserve little address space when a plugin starts.
 */
bool __real__ZN15GCToEEInterface17GetIntConfigValueEPKcS1_Pl(const char *key, const char *public_key, int64_t *value);

bool __wrap__ZN15GCToEEInterface17GetIntConfigValueEPKcS1_Pl(const char *key, const char *public_key, int64_t *value)
{
    if (strcmp(key, "GCHeapHardLimit") == 0 && !is_plugin_call())
        public_key = NULL;
    return __real__ZN15GCToEEInterface17GetIntConfigValueEPKcS1_Pl(key, public_key, value);
}

/*
 * void InitializeCpuCGroup(), the runtime: finds the control group that limits the processor time, in the same files, to
 * lower Environment.ProcessorCount. Without it the count is the number of processors.
 * Safe: a process has one thread, and the collector runs on the thread that allocates.
 * Saves: the same time again, because it reads the same files.
 */
void __wrap__Z19InitializeCpuCGroupv(void)
{
}

/*
 * void NUMASupportInitialize(), the collector: lists /sys/devices/system/node to find the memory nodes of the machine.
 * Without it the collector assumes one memory node.
 * Safe: the collector binds memory to nodes only when it has a heap for each processor. This program has one heap.
 * Saves: six system calls. On a machine with one memory node the time is too short to measure.
 */
void __wrap__Z21NUMASupportInitializev(void)
{
}

/*
 * bool PalStartFinalizerThread(uint32_t (*)(void *), void *), the runtime: starts the thread that runs finalizers. It
 * returns false if that fails, and the runtime then stops. Without the thread no finalizer runs, and
 * GC.WaitForPendingFinalizers never returns.
 * Safe for a plugin call: our code disposes what it opens and never calls
 * WaitForPendingFinalizers, and the kernel frees the rest when the process ends. All other processes start the thread, because
 * a command may use much memory.
 * Saves: 0.2 ms of processor time, a tenth of the start-up. On a busy node it also saves the wait at the end of the process,
 * which lasts until the second thread has run once more.
 */
bool __real__Z23PalStartFinalizerThreadPFjPvES_(uint32_t (*callback)(void *), void *context);

bool __wrap__Z23PalStartFinalizerThreadPFjPvES_(uint32_t (*callback)(void *), void *context)
{
    return is_plugin_call() || __real__Z23PalStartFinalizerThreadPFjPvES_(callback, context);
}

/*
 * int madvise(void *, size_t, int), libc: the collector marks the memory that it reserves as "not in core dumps", and unmarks what it
 * uses, in 20 calls at start-up.
 * Safe for a plugin call: the marks have no other effect, and the memory that is reserved but not used is not in a core dump anyway.
 * Saves: 20 system calls, about 2 percent of the start-up.
 */
int __real_madvise(void *address, size_t length, int advice);

int __wrap_madvise(void *address, size_t length, int advice)
{
    if (is_plugin_call() && (advice == MADV_DONTDUMP || advice == MADV_DODUMP))
        return 0;
    return __real_madvise(address, length, advice);
}
