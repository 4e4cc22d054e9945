namespace CniBridge.Plugins.Protocol;

/// <summary>The verbs, as flags so that a table row can name several.</summary>
[Flags]
public enum CniCommand
{
    None = 0,
    Add = 1,
    Del = 2,
    Check = 4,
    Gc = 8,
    Status = 16,
    Version = 32,
}

/// <summary>The properties of a verb that the dispatcher needs.</summary>
/// <param name="Name">The exact value of CNI_COMMAND.</param>
/// <param name="Since">The first version whose configurations may use it.</param>
public sealed record CniVerb(string Name, CniCommand Command, string Since)
{
    static readonly CniVerb[] s_all =
    [
        new("ADD", CniCommand.Add, CniVersion.Oldest),
        new("DEL", CniCommand.Del, CniVersion.Oldest),
        new("CHECK", CniCommand.Check, "0.4.0"),
        new("GC", CniCommand.Gc, "1.1.0"),
        new("STATUS", CniCommand.Status, "1.1.0"),
        new("VERSION", CniCommand.Version, CniVersion.Oldest),
    ];

    public static CniVerb? Find(string name) => Array.Find(s_all, verb => verb.Name == name);
}
