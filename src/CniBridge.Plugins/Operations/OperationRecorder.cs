using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Operations;

/// <summary>Collects what is to be kept of one call, as it becomes known.</summary>
/// <param name="log">Null: nothing is kept.</param>
sealed class OperationRecorder(OperationLog? log, IPlugin plugin, IReadOnlyDictionary<string, string> variables)
{
    internal PhaseTimes Phases { get; } = new();

    /// <summary>Null while it is not known to be a request.</summary>
    internal CniRequest? Request { get; set; }

    internal CniResult? Result { get; set; }

    internal OperationError? Error { get; set; }

    /// <summary>Where a person reads it too; null: nowhere.</summary>
    internal TextWriter? Echo { get; set; }

    /// <summary>Questions that change nothing are kept when the answer is an error; a runtime asks every few seconds.</summary>
    internal void Finish()
    {
        var verb = variables.GetValueOrDefault("CNI_COMMAND", "");
        if (Error is null && verb is "VERSION" or "STATUS")
            return;
        if (log is null && Echo is null)
            return;
        Phases.End(Phase.Rest);
        var operation = ToOperation(verb);
        log?.TryAppend(operation);
        Echo?.Write(System.Text.Encoding.UTF8.GetString(operation.ToLine()));
    }

    Operation ToOperation(string verb)
    {
        var addresses = new List<string>();
        foreach (var ip in Result?.Ips ?? [])
            addresses.Add(ip.Address.ToString());
        return new Operation(DateTimeOffset.UtcNow, verb, plugin.Name, new Attachment(
            Request?.NetworkName ?? "", Text("CNI_CONTAINERID"), Text("CNI_IFNAME")))
        {
            Netns = Text("CNI_NETNS"),
            Pod = PodName.Of(Text("CNI_ARGS")),
            Addresses = addresses,
            Error = Error,
            Microseconds = Phases.TotalMicroseconds,
            PhaseMicroseconds = Phases.Microseconds(),
            Trace = Text(TraceVariable),
        };
    }

    string Text(string name) => variables.GetValueOrDefault(name, "");

    /// <summary>Of the caller's span, where it sets one (OpenTelemetry, "Environment Variables as Context Propagation Carriers").</summary>
    internal const string TraceVariable = "TRACEPARENT";
}
