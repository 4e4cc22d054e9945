using CniBridge.Linux;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins;

/// <summary>For cleaning up: steps that do not depend on each other all run, and what failed is told together.</summary>
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

    /// <param name="what">What is not done.</param>
    /// <exception cref="CniException">Code 5.</exception>
    internal void ThrowIfAny(string what)
    {
        if (Any)
            throw new CniException(CniErrorCode.IoFailure, $"{what}: {string.Join("; ", _messages)}");
    }
}
