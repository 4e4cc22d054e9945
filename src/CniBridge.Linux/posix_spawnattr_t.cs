namespace CniBridge.Linux;

/// <summary>posix_spawnattr_t of spawn.h: what posix_spawn changes in the new process. An opaque type.</summary>
unsafe struct posix_spawnattr_t
{
    internal fixed long opaque[42];
}
