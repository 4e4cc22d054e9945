using System.Diagnostics;

namespace CniBridge.Linux.Tests;

/// <summary>A program that runs beside the tests and ends with its owner.</summary>
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

    /// <summary>
    /// Runs a program and returns its exit code with both outputs. The exit code is null if the program is not installed.
    /// </summary>
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

    /// <summary>Closes the input, which ends the programs of these tests.</summary>
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
