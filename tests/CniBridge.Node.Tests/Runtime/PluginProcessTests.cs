using System.Text;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Tests.Runtime;

/// <summary>Tests of the errors for operators when a plugin fails.</summary>
public sealed class PluginProcessTests : IDisposable
{
    static readonly Attachment s_attachment = new("pods", "pod1", "eth0");

    readonly ScriptedPlugins _plugins = new("one");

    public void Dispose() => _plugins.Dispose();

    byte[] Run(string type, byte[]? config = null) =>
        new PluginProcess(_plugins.Path, ScriptedPlugins.OwnEnvironment).Run("ADD", type, s_attachment, "/netns", config ?? [.. "{}"u8]);

    [Theory]
    [InlineData("""{"code":7,"msg":"it broke","details":"and why"}""", "noise", "it broke; and why")]
    [InlineData("""{"code":7,"msg":"it broke"}""", "", "it broke")]
    [InlineData("""{"msg":"x","code":7,"msg":"it broke"}""", "", "it broke")]
    [InlineData("", "panic: it broke\n\n", "panic: it broke")]
    [InlineData("it broke\n", "", "it broke")]
    [InlineData("it broke", "because", "because")]
    [InlineData("[]", "", "[]")]
    [InlineData("""{"code":7}""", "because", "because")]
    [InlineData("", "", "no error message, exit code 1")]
    public void A_failure_is_one_sentence(string output, string log, string reason)
    {
        _plugins.Fail("one", "ADD", output);
        _plugins.Log("one", "ADD", log);
        Assert.Equal($"plugin one failed (add): {reason}", Assert.Throws<RuntimeException>(() => Run("one")).Message);
    }

    [Fact]
    public void Output_is_returned_unchanged_and_without_the_log()
    {
        _plugins.Answer("one", "ADD", "any bytes\n");
        _plugins.Log("one", "ADD", "noise");
        Assert.Equal("any bytes\n", Encoding.UTF8.GetString(Run("one")));
    }

    // The size exceeds a pipe, in all three directions at once.
    [Fact]
    public void Large_output_does_not_block()
    {
        var much = new string('x', 300_000);
        _plugins.Answer("one", "ADD", much);
        _plugins.Log("one", "ADD", much);
        Assert.Equal(much, Encoding.UTF8.GetString(Run("one", Encoding.UTF8.GetBytes($"\"{much}\""))));
    }

    [Fact]
    public void A_plugin_may_ignore_its_input()
    {
        File.WriteAllText(_plugins.Path + "/deaf", "#!/bin/sh\necho '{\"msg\":\"deaf\"}'\nexit 1\n");
        File.SetUnixFileMode(_plugins.Path + "/deaf", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal("plugin deaf failed (add): deaf", Assert.Throws<RuntimeException>(() => Run("deaf", new byte[1_000_000])).Message);
    }

    [Theory]
    [InlineData("missing", "the plugin missing is missing in ")]
    [InlineData("calls", "the plugin calls is missing in ")]
    [InlineData("../one", "invalid plugin type \"../one\"")]
    [InlineData("/bin/true", "invalid plugin type \"/bin/true\"")]
    [InlineData("..", "invalid plugin type \"..\"")]
    public void A_type_that_is_not_a_file_name_is_refused(string type, string words) =>
        Assert.StartsWith(words, Assert.Throws<RuntimeException>(() => Run(type)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_cannot_be_run_is_reported()
    {
        File.WriteAllText(_plugins.Path + "/text", "no program");
        Assert.StartsWith("could not start ", Assert.Throws<RuntimeException>(() => Run("text")).Message, StringComparison.Ordinal);
    }
}
