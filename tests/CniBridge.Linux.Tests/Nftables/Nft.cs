namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Debian's nft in a scratch namespace, which judges our rules.</summary>
static class Nft
{
    internal static string Run(ScratchNamespace scratch, string input, params string[] arguments)
    {
        var (exitCode, output) = HelperProgram.Run(input, "nsenter", ["--net=" + scratch.Path, "nft", .. arguments]);
        Assert.SkipWhen(exitCode is null or 127, "nsenter (util-linux) or nft (nftables) is not installed");
        Assert.True(exitCode == 0, output);
        return output;
    }
}
