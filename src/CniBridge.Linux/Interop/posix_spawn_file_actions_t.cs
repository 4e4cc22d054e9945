namespace CniBridge.Linux.Interop;

/// <summary>posix_spawn_file_actions_t of spawn.h, an opaque type: the descriptors that posix_spawn opens and closes.</summary>
unsafe struct posix_spawn_file_actions_t
{
    internal fixed long opaque[10];
}
