using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CniBridge.Agent.Access;

/// <summary>
/// A parser of YAML that refuses deep nesting and aliases. The loader is recursive, so that nesting could overflow the stack, and aliases
/// can make a short text mean a huge one.
/// </summary>
sealed class BoundedYaml(TextReader input) : IParser
{
    /// <summary>The deepest nesting. A kubeconfig with extensions has about ten levels.</summary>
    const int MaxDepth = 50;

    readonly Parser _parser = new(input);
    int _depth;

    public ParsingEvent? Current => _parser.Current;

    /// <exception cref="YamlException">The text is not valid YAML, is nested too deeply, or has an alias.</exception>
    public bool MoveNext()
    {
        if (!TryMove())
            return false;
        _depth += Current!.NestingIncrease;
        if (_depth > MaxDepth)
            throw new YamlException(Current.Start, Current.End, $"there are more than {MaxDepth} levels");
        return Current is not AnchorAlias ? true : throw new YamlException(Current.Start, Current.End, "aliases are not supported");
    }

    /// <summary>
    /// Moves to the next event. The library throws other exceptions for some texts, such as the escape of a character that does not exist.
    /// </summary>
    bool TryMove()
    {
        try
        {
            return _parser.MoveNext();
        }
        catch (Exception e) when (e is not YamlException)
        {
            throw new YamlException(Current?.End ?? Mark.Empty, Current?.End ?? Mark.Empty, e.Message, e);
        }
    }
}
