using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests;

/// <summary>A plugin that records its calls. It answers or fails as the test demands.</summary>
sealed class RecordingPlugin : IPlugin
{
    internal List<(string Verb, CniRequest Request)> Calls { get; } = [];
    internal CniResult Result { get; init; } = new();
    internal Exception? Failure { get; init; }

    public string Name => "recording";

    public CniResult Add(CniRequest request)
    {
        Record("ADD", request);
        return Result;
    }

    public void Delete(CniRequest request) => Record("DEL", request);

    public void Check(CniRequest request) => Record("CHECK", request);

    public void CollectGarbage(CniRequest request) => Record("GC", request);

    public void ReportStatus(CniRequest request) => Record("STATUS", request);

    void Record(string verb, CniRequest request)
    {
        Calls.Add((verb, request));
        if (Failure is not null)
            throw Failure;
    }
}
