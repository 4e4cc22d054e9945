using System.Text.Json.Nodes;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the configuration directory: which file runtimes use, and whether it is valid.</summary>
sealed class ConfigurationCheck(DoctorContext node)
{
    /// <summary>A meta plugin that reads the other files and delegates to them, so it may come first.</summary>
    const string Multus = "multus";

    internal void Run()
    {
        if (node.Files.Count == 0)
        {
            node.Found.Add(ConfigurationFindings.ConfigurationMissing(
                node.Options.ConfigurationDirectory, new MissingConfiguration(node).Command));
        }
        foreach (var file in node.Files)
        {
            CheckMode(file);
            if (file.Problem is not null)
                ReportInvalid(file, file.Problem);
            else
                CheckContent(file);
        }
        CheckOrder();
    }

    void ReportInvalid(ExaminedFile file, string reason) =>
        node.Found.Add(ConfigurationFindings.ConfigurationInvalid(file.Path, reason));

    /// <summary>Checks the permissions. A dangling link has none, and is reported as unreadable.</summary>
    void CheckMode(ExaminedFile file)
    {
        if (!SmallFile.IsRegular(file.Path))
            return;
        const UnixFileMode others = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        var mode = File.GetUnixFileMode(file.Path);
        if ((mode & others) != 0)
            node.Found.Add(ConfigurationFindings.ConfigurationWritable(file.Path, mode));
    }

    void CheckContent(ExaminedFile file)
    {
        var isConflist = Path.GetExtension(file.Path) == ".conflist";
        if (file.IsList != isConflist)
        {
            var extension = isConflist ? ".conf" : ".conflist";
            node.Found.Add(ConfigurationFindings.ConfigurationMisnamed(
                file.Path, isConflist ? "single plugin" : "list of plugins", extension, Path.ChangeExtension(file.Path, extension)));
        }
        foreach (var plugin in file.List!.Plugins)
            CheckPlugin(file, plugin);
    }

    void CheckPlugin(ExaminedFile file, JsonObject plugin)
    {
        var type = plugin["type"]!.GetValue<string>();
        if (type == "bridge" && DoctorContext.TryParse(file.List!, plugin, out var why) is null)
            ReportInvalid(file, why);
        var takesPorts = plugin["capabilities"] is JsonObject capabilities &&
            capabilities["portMappings"] is JsonValue value && value.TryGetValue<bool>(out var truth) && truth;
        if (type == "portmap" && !takesPorts)
            node.Found.Add(ConfigurationFindings.PortMapWithoutCapability(file.Path));
    }

    void CheckOrder()
    {
        if (node.Files is not [var first, ..] || first.Problem is not null || first.Has(Multus))
            return;
        for (var i = 1; i < node.Files.Count; i++)
        {
            var file = node.Files[i];
            // Many installation guides create a file for loopback. It is harmless.
            if (file.List is null || IsLoopback(file))
                continue;
            var isShadowed = file.Has("bridge") && !first.Has("bridge");
            node.Found.Add(isShadowed
                ? ConfigurationFindings.ConfigurationShadowed(file.Path, first.Path)
                : ConfigurationFindings.ConfigurationIgnored(file.Path, first.Path));
        }
    }

    static bool IsLoopback(ExaminedFile file) => file.List!.Plugins.Count == 1 && file.Has("loopback");
}
