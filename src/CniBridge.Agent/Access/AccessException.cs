namespace CniBridge.Agent.Access;

/// <summary>A kubeconfig file or a service account that cannot be used. The message names the file, the key and the reason.</summary>
sealed class AccessException(string message) : Exception(message);
