using CniBridge.Linux.Files;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.HostLocal.Store;

/// <summary>A reservation whose file is written but has no name yet, so that no program sees it.</summary>
/// <param name="onPublished">Called after the file has its name.</param>
sealed class PendingReservation(PendingFile file, Action onPublished) : IDisposable
{
    /// <summary>See <see cref="RecordedAddress.MadeAt"/>.</summary>
    internal DateTimeOffset MadeAt => file.ModifiedAt;

    /// <summary>Gives the file its name. Returns false if the address is reserved already.</summary>
    internal bool TryPublish()
    {
        var isPublished = file.TryPublish();
        if (isPublished)
            onPublished();
        return isPublished;
    }

    public void Dispose() => file.Dispose();
}
