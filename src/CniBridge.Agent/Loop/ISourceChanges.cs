namespace CniBridge.Agent.Loop;

/// <summary>A notification of changes in a source of nodes.</summary>
interface ISourceChanges
{
    /// <summary>The longest time between two reads of the source.</summary>
    TimeSpan Period { get; }

    /// <summary>Waits until the source may have changed, or until the time has passed.</summary>
    void Wait(TimeSpan deadline);
}
