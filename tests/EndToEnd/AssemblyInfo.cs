// Containers, networks and ports are the machine's: one test at a time.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
