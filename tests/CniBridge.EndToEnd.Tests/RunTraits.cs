using Xunit.v3;

namespace CniBridge.EndToEnd.Tests;

/// <summary>A value of the trait <c>Run</c>, by which scripts/test plans its processes.</summary>
[AttributeUsage(AttributeTargets.Class)]
abstract class RunTraitAttribute(string value) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Run", value)];
}

/// <summary>
/// Runs the class while no other tests run: it measures time, or uses the worker of the kernel that all namespaces share.
/// </summary>
sealed class RunsAloneAttribute() : RunTraitAttribute("alone");

/// <summary>Starts the class early, in a process without other classes, because it takes long.</summary>
sealed class RunsFirstAttribute() : RunTraitAttribute("first");

/// <summary>Runs all classes that share the virtual machine in one process, so that it boots once.</summary>
sealed class UsesVirtualMachineAttribute() : RunTraitAttribute("with the virtual machine");
