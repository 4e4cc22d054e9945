using System.Text.Json;
using CniBridge.CommandLine;
using CniBridge.Node.Inspection.Snapshots;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Output;

/// <summary>Address reservations as text and as JSON.</summary>
static class IpamOutput
{
    /// <summary>Returns a table of reservations in a width; null for all columns with complete values.</summary>
    internal static ScreenText Table(IReadOnlyList<StoredReservation> reservations, int? width) =>
        width is { } columns ? ShortTable(reservations).ToText(columns) : WideTable(reservations).ToText();

    static TextTable ShortTable(IReadOnlyList<StoredReservation> reservations)
    {
        var table = new TextTable("NETWORK", "ADDRESS", "POD", "INTERFACE", "STATE", "AGE")
        {
            Shortened = ["NETWORK", "POD", "INTERFACE"],
        };
        foreach (var (store, state) in reservations)
        {
            table.Add(
                store.Network, state.Address.ToString(), PodOf(state), state.InterfaceName, Paint(state),
                RelativeTime.AgeOf(state.ReservedAt));
        }
        return table;
    }

    static TextTable WideTable(IReadOnlyList<StoredReservation> reservations)
    {
        var table = new TextTable("NETWORK", "ADDRESS", "POD", "CONTAINER", "INTERFACE", "STATE", "RESERVED", "REASON");
        foreach (var (store, state) in reservations)
        {
            table.Add(
                store.Network, state.Address.ToString(), state.Origin?.Pod ?? "", state.ContainerId, state.InterfaceName, Paint(state),
                RelativeTime.Absolute(state.ReservedAt), HowOf(state));
        }
        return table;
    }

    /// <summary>Returns the name of the pod if the runtime passed it, otherwise the container ID.</summary>
    static string PodOf(ReservationState state) => state.Origin?.Pod is { Length: > 0 } pod ? pod : Short(state.ContainerId);

    /// <summary>Returns the first 13 characters of a long ID and an ellipsis. IDs of runtimes have 64 hexadecimal digits.</summary>
    internal static string Short(string containerId) => containerId.Length <= 20 ? containerId : containerId[..13] + "…";

    internal static ScreenText Details(IReadOnlyList<StoredReservation> reservations)
    {
        var text = new ScreenText();
        foreach (var (store, state) in reservations)
        {
            Append("address", state.Address.ToString());
            Append("network", store.Network);
            Append("file", Path.Combine(store.Directory, state.Address.ToString()));
            Append("pod", state.Origin?.Pod ?? "");
            Append("container", state.ContainerId);
            Append("interface", state.InterfaceName);
            Append("reserved", RelativeTime.AbsoluteWithAge(state.ReservedAt));
            Append("namespace", state.Origin?.Netns ?? "");
            Append("since", RelativeTime.AbsoluteWithAge(state.Origin?.Since));
            Append("state", Paint(state));
            Append("because", HowOf(state));
        }
        return text;

        void Append(string name, ScreenText value)
        {
            if (!value.IsEmpty)
                text.Append($"{name.PadRight(12)}{value}\n");
        }
    }

    /// <summary>Returns the evidence for the state of a reservation: its record, and the namespaces of the node.</summary>
    internal static string HowOf(ReservationState state) => state switch
    {
        { Life.State: LivenessState.Dead, IsConfigured: true } => $"{state.Life.How}, but a namespace on the node uses the address",
        { Life.State: LivenessState.Dead, IsConfigured: null } => $"{state.Life.How}; not all namespaces could be checked",
        { Life.State: LivenessState.Unknown, IsConfigured: true } => $"{state.Life.How}; a namespace on the node uses the address",
        { Life.State: LivenessState.Unknown, IsConfigured: false } => $"{state.Life.How}; no namespace on the node uses the address",
        _ => state.Life.How,
    };

    /// <summary>Returns "alive", "dead" or "unknown". A configured address is always alive.</summary>
    internal static string WordOf(ReservationState state) => state switch
    {
        { IsConfigured: true } => "alive",
        _ => state.Life.State.ToString().ToLowerInvariant(),
    };

    static ScreenText Paint(ReservationState state) => WordOf(state) switch
    {
        "alive" => CommandLine.Paint.Good("alive"),
        "dead" => CommandLine.Paint.Bad("dead"),
        var unknown => CommandLine.Paint.Warning(unknown),
    };

    internal static ScreenText Json(IReadOnlyList<StoredReservation> reservations) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("reservations");
        foreach (var (store, state) in reservations)
            Write(json, store, state);
        json.WriteEndArray();
    });

    static void Write(Utf8JsonWriter json, AddressStore store, ReservationState state)
    {
        json.WriteStartObject();
        json.WriteString("network", store.Network);
        json.WriteString("address", state.Address.ToString());
        json.WriteString("file", Path.Combine(store.Directory, state.Address.ToString()));
        json.WriteOptional("pod", state.Origin?.Pod);
        json.WriteOptional("containerId", state.ContainerId);
        json.WriteOptional("interface", state.InterfaceName);
        json.WriteString("state", WordOf(state));
        json.WriteString("how", HowOf(state));
        json.WriteBoolean("leaked", state.IsLeftOver);
        if (state.IsConfigured is { } isConfigured)
            json.WriteBoolean("configured", isConfigured);
        json.WriteOptional("netns", state.Origin?.Netns);
        if (state.ReservedAt is { } reserved)
            json.WriteString("reservedAt", reserved.UtcDateTime);
        if (state.Origin is { } origin)
            json.WriteString("since", origin.Since.UtcDateTime);
        json.WriteEndObject();
    }

    internal static ScreenText Text(IReadOnlyList<(AddressStore Store, RebuiltAddress Address)> rebuilt, int width)
    {
        if (rebuilt.Count == 0)
            return $"the addresses of all running pods are reserved\n";
        var table = new TextTable("NETWORK", "ADDRESS", "CONTAINER", "INTERFACE", "STEP")
        {
            Shortened = ["NETWORK", "CONTAINER", "INTERFACE", "STEP"],
        };
        foreach (var (store, one) in rebuilt)
        {
            table.Add(
                store.Network, one.Address.ToString(), Short(one.Attachment.ContainerId), one.Attachment.InterfaceName, WordOf(one.Step));
        }
        return table.ToText(width);
    }

    static string WordOf(RebuildStep step) => step switch
    {
        RebuildStep.Restored => "restored",
        RebuildStep.Recorded => "namespace recorded",
        _ => "NOT restored: reserved by another attachment",
    };

    internal static ScreenText Json(IReadOnlyList<(AddressStore Store, RebuiltAddress Address)> rebuilt) => JsonOutput.Object(json =>
    {
        json.WriteStartArray("rebuilt");
        foreach (var (store, one) in rebuilt)
        {
            json.WriteStartObject();
            json.WriteString("network", store.Network);
            json.WriteString("address", one.Address.ToString());
            json.WriteString("containerId", one.Attachment.ContainerId);
            json.WriteString("interface", one.Attachment.InterfaceName);
            json.WriteString("step", one.Step.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
