namespace CniBridge.Linux.Interop;

/// <summary>posix_spawnattr_t of spawn.h, an opaque type: the attributes of the new process.</summary>
unsafe struct posix_spawnattr_t
{
    internal fixed long opaque[42];
}
