using CniBridge.EndToEnd.Tests.Machines;

namespace CniBridge.EndToEnd.Tests.Arm64;

/// <summary>A machine that runs the arm64 build.</summary>
public sealed class Arm64Machine() : VirtualMachine(Hardware.Arm64);
