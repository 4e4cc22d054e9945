using System.Diagnostics;

namespace CniBridge.Linux.Tests;

/// <summary>A program beside the tests, ended with its owner.</summary>
sealed class HelperProgram : IDisposable
{
    readonly Process _process;

    HelperProgram(Process process) => _process = process;

    internal int Id => _process.Id;

    internal static HelperProgram Start(string program, params IEnumerable<string> arguments) =>
        new(Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C" },
        })!);

    /// <summary>The exit code and everything written to both outputs; what is not installed has no exit code.</summary>
    internal static (int? ExitCode, string Output) Run(
        string input, string program, params IEnumerable<string> arguments)
    {
        try
        {
            using var child = Start(program, arguments);
            child.End(input);
            var errors = child._process.StandardError.ReadToEndAsync();
            var output = child._process.StandardOutput.ReadToEnd();
            child._process.WaitForExit();
            return (child._process.ExitCode, output + errors.Result);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (null, e.Message);
        }
    }

    internal string? ReadLine() => _process.StandardOutput.ReadLine();

    /// <summary>Closes its input, at which the programs of these tests end.</summary>
    internal void End(string lastInput = "")
    {
        _process.StandardInput.Write(lastInput);
        _process.StandardInput.Close();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
