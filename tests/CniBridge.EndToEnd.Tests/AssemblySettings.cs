// Each test has a node of its own, and many wait for a timer of the kernel or for a virtual machine: three at once take half
// the time of one at a time, and leave the timeouts meaningful on two processors.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
