using CniBridge.EndToEnd.Tests.Machines;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>A machine whose bridges filter VLANs, because the kernel of this machine may not.</summary>
public sealed class VlanMachine() : VirtualMachine(Hardware.X64);
