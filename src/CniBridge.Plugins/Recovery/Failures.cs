using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Recovery;

/// <summary>The failures of a clean-up. Independent steps all run; their failures are reported together.</summary>
sealed class Failures
{
    readonly List<string> _messages = [];

    internal bool Any => _messages.Count > 0;

    internal void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e) when (e is CniException || e.IsIoFailure())
        {
            _messages.Add(e is CniException { Details.Length: > 0 } cni ? $"{cni.Message} ({cni.Details})" : e.Message);
        }
    }

    /// <summary>Throws one exception with all failures, if there are any.</summary>
    /// <param name="what">The part of the work that is not done.</param>
    /// <exception cref="CniException">Code 5.</exception>
    internal void ThrowIfAny(string what)
    {
        if (Any)
            throw new CniException(CniErrorCode.IoFailure, $"{what}: {string.Join("; ", _messages)}");
    }
}
