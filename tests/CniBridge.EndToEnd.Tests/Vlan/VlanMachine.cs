using CniBridge.EndToEnd.Tests.Machines;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>A machine whose bridges filter VLANs, for the kernel of this one may not.</summary>
public sealed class VlanMachine() : VirtualMachine(Hardware.X64);
