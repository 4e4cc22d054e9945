using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>A reservation whose file is written but has no name yet: nothing sees it.</summary>
/// <param name="onPublished">Called when it has its name.</param>
sealed class PendingReservation(PendingFile file, Action onPublished) : IDisposable
{
    /// <summary>See <see cref="RecordedAddress.MadeAt"/>.</summary>
    internal DateTimeOffset MadeAt => file.ModifiedAt;

    /// <summary>Returns false when another has the address.</summary>
    internal bool TryPublish()
    {
        var isPublished = file.TryPublish();
        if (isPublished)
            onPublished();
        return isPublished;
    }

    public void Dispose() => file.Dispose();
}
