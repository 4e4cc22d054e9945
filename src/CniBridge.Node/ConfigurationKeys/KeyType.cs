namespace CniBridge.Node.ConfigurationKeys;

/// <summary>The JSON types that a configuration key accepts.</summary>
[Flags]
enum KeyType
{
    None = 0,
    Boolean = 1,
    Integer = 2,
    Text = 4,
    List = 8,
    Object = 16,
}
